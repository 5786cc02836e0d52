--- The command `tidelock engine start`.
local addresses = require "server.addresses"
local client = require "server.client"
local ipc = require "tidelock"
local place = require "server.place"
local program = require "server.program"
local refuse = require("help.options").refuse
local settings = require "server.settings"
local shell = require "server.shell"

-- The server has read its data and answers, or has ended.
local PATIENCE = 30

local function write(path, text)
  local made, trouble = shell.run("umask 077 && rm -f %s && : >%s", path, path)
  local file, why = nil, trouble
  if made then file, why = io.open(path, "w") end
  if not file then refuse("engine start: %s", why) end
  file:write(text)
  file:close()
end

local function wait_until_it_answers(here)
  local ended = false
  for _ = 1, PATIENCE * 20 do
    if here:pid() and addresses.answers(here) then return end
    if ended then break end
    ended = here:has_ended()
    ipc.sleep(0.05)
  end
  refuse("engine start: the server %s; the end of %s:\n%s", ended and "has ended" or "does not answer", here:path "log",
    here:last_words(5))
end

-- So that users who may not put it there find it, and a check has nothing to find.
local function install(here)
  local connection = client.connect(addresses.near(here))
  client.install(connection)
  connection:close()
end

return function(found)
  local here = place.new(found.dir)
  here:make()
  if here:pid() then
    refuse("engine start: it runs already, in %s:\n%s\n%s ends it", here.dir, addresses.text(here), here:command "stop")
  end
  local password = here:setting "requirepass" or settings.password()
  write(here:path "password", password .. "\n")
  write(here:path "engine.conf", settings.text(here, { port = found.port, bind = found.bind, password = password }))
  os.remove(here:path "log")
  local began, why = shell.run("%s %s", program(here, found.server), here:path "engine.conf")
  if not began then refuse("engine start: %s\n%s", why, here:last_words(5)) end
  wait_until_it_answers(here)
  install(here)
  print(addresses.text(here))
  return 0
end
