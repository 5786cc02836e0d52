-- A proxy between clients and a server, both at unix sockets, which does them harm; run by the program, as
--
--   tidelock spec/support/engine/cutting_proxy.lua LISTEN SERVER HOW N
--
-- cut: of N answers one does not arrive, and its connection ends, though the server has done what was asked
-- stall: nothing passes while the file LISTEN.stalled is there
-- deaf: while the file LISTEN.stalled is there the server hears all, and nothing that it says arrives
-- shy: while the file LISTEN.stalled is there, no answer of more than 16,000 bytes arrives
-- answer: there is no server: the file SERVER holds what is answered to whatever comes
local files = dofile "spec/support/files.lua"
local uv = require "luv"
local listen, server, how, n = arg[1], arg[2], arg[3], tonumber(arg[4])
math.randomseed(7)

local function read_file(path)
  return files.read(path)
end

local function close(...)
  for _, pipe in ipairs{ ... } do
    if not pipe:is_closing() then pipe:close() end
  end
end

local function answer(client)
  local text = read_file(server)
  client:read_start(function(err, data)
    if err or not data then return close(client) end
    client:write(text, function() if n == 0 then close(client) end end)
  end)
end

local function is_stalled()
  local file = io.open(listen .. ".stalled")
  if file then file:close() end
  return file ~= nil
end

local held = {} -- what a stalled cable holds arrives when it is whole again, as TCP has it

local function pass(from, to, is_answer)
  from:read_start(function(err, data)
    if err or not data then return close(from, to) end
    if how == "stall" and (is_stalled() or #held > 0) then
      held[#held + 1] = { to, data }
    elseif how == "deaf" and is_answer and is_stalled() then
      return
    elseif how == "shy" and is_answer and #data > 16000 and is_stalled() then
      return
    elseif how == "cut" and is_answer and math.random(n) == 1 then
      close(from, to)
    else
      to:write(data)
    end
  end)
end

local function relay(client)
  local upstream = uv.new_pipe(false)
  upstream:connect(server, function(err)
    if err then return close(client, upstream) end
    pass(client, upstream, false)
    pass(upstream, client, true)
  end)
end

local timer = uv.new_timer()
timer:start(20, 20, function()
  if is_stalled() then return end
  for _, one in ipairs(held) do
    if not one[1]:is_closing() then one[1]:write(one[2]) end
  end
  for i = #held, 1, -1 do held[i] = nil end
end)

local door = uv.new_pipe(false)
assert(door:bind(listen .. ".new"))
assert(door:listen(128, function(err)
  if err then return end
  local client = uv.new_pipe(false)
  door:accept(client)
  if how == "answer" then answer(client) else relay(client) end
end))
assert(os.rename(listen .. ".new", listen)) -- who sees it can connect
uv.run()
