--- The command `tidelock worker`: runs the tasks of a pool, until that is closed or a signal comes.
--
-- It is a service: where the pool is removed, or the server was away for too long, it begins anew with the next pool of
-- the name.
local care = require "server.care"
local client = require "server.client"
local ipc = require "tidelock"
local refuse = require("help.options").refuse

local LONGEST = 10 -- seconds between two attempts

local function address_of(found)
  local address = found.address
  if address == "-" then
    address = os.getenv "TIDELOCK_WORKER"
      or refuse "worker: '-' takes the address from TIDELOCK_WORKER, which is not set"
  end
  if client.is_address(address) or os.getenv "TIDELOCK_ENGINE" then return address end
  refuse("worker: %s: a space of this machine has no pools; give the address of a server and a space, such as "
    .. "redis://HOST/%s, or set TIDELOCK_ENGINE to that of the server", address, address)
end

local function open(how)
  return ipc.open{ name = how.address, insecure = how.insecure }
end

local function tell(...) io.stderr:write(("worker: " .. (...) .. "\n"):format(select(2, ...))) end

local function without_place(why) return (tostring(why):gsub("^[^:%s]+%.lua:%d+: ", "")) end

-- Modules are allowed that come later; but most often it is a slip, or the folder is another.
local function tell_of_missing(modules)
  for _, module in ipairs(modules) do
    local found = package.loaded[module] or package.preload[module] or package.searchpath(module, package.path)
      or package.searchpath(module, package.cpath)
    if not found then
      tell('there is no module "%s" in package.path here: its tasks will fail; start it where the module is, or set '
        .. "LUA_PATH", module)
    end
  end
end

-- The names of a space's pools, quoted.
local function pools_of(space)
  local names = {}
  for _, row in ipairs(space:list()) do
    if row.kind == "pool" then names[#names + 1] = '"' .. row.name .. '"' end
  end
  return names
end

-- The pool, once somebody has made it; nil: a signal came before.
local function pool_of(space, how, stop)
  local told
  while not stop.count do
    local names = pools_of(space)
    for _, name in ipairs(names) do
      if name == '"' .. how.pool .. '"' then return space.pool(how.pool) end
    end
    local others = #names > 0 and "; there is " .. table.concat(names, ", ") .. ": choose by --pool NAME" or ""
    if told ~= others then tell('waits until there is a pool "%s" in %s%s', how.pool, tostring(space), others) end
    told = others
    ipc.sleep(0.5)
  end
end

local function attend(how, stop)
  local pool = pool_of(open(how), how, stop)
  if not pool then return end
  tell("%d at a time, for %s", how.processes, tostring(pool))
  care.run(pool, how, stop)
end

return function(found)
  local how = { address = address_of(found), insecure = found.insecure or nil, pool = found.pool or "pool",
    processes = found.processes or ipc.cpu_count(), allow = found.allow, any_version = found.any_version, open = open }
  local good, why = pcall(open, how)
  if not good then error({ wrong = "worker: " .. without_place(why), status = 1 }, 0) end
  tell_of_missing(how.allow)
  local stop = {} -- count: how many signals came
  for _, signal in ipairs{ "INT", "TERM" } do
    ipc.on_signal(signal, function()
      stop.count = (stop.count or 0) + 1
      care.stop(stop)
    end)
  end
  local pause = 0.25
  while true do
    good, why = pcall(attend, how, stop)
    if good or stop.count then return 0 end
    tell("%s; begins anew", without_place(why))
    ipc.sleep(pause)
    pause = math.min(2 * pause, LONGEST)
  end
end
