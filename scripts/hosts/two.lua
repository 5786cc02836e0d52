-- Two hosts on one machine: network namespaces with a cable each to a third, where a server runs.
--   tidelock scripts/hosts/two.lua sale|kitchen|words
-- Watch: nothing but the address connects the two, "north" and "south".  Needs root, or user namespaces, and the
-- commands ip and unshare; without them both run on this host, and it says so.
local ipc = require "tidelock"

local folder = arg[0]:match "^(.-)[^/]*$"
if folder == "" then folder = "./" end
local what, inside = arg[1], arg[2] == "inside"
local program = arg[-1]

local SCRIPTS = {
  sale = { north = "sale.lua %s/sale 2", south = "sale.lua %s/sale 2" },
  kitchen = { north = "kitchen.lua %s/kitchen chefs", south = "kitchen.lua %s/kitchen eaters" },
  words = { north = "words.lua %s/words " .. ("%s*.lua"):format(folder), south = "worker --insecure --allow words_task %s/words" },
}
local chosen = SCRIPTS[what]
assert(chosen, "two.lua sale|kitchen|words")

local function shell(text, ...) return os.execute(text:format(...)) end

-- Runs this script again where the network, the host's name and the mounts are its own; false: that is not possible.
local function enter()
  local found = shell "command -v ip >/dev/null && command -v unshare >/dev/null"
  local options = "--net --mount --uts"
  if not found or not shell("unshare %s true 2>/dev/null", options) then
    options = "--user --map-root-user " .. options
    if not found or not shell("unshare %s true 2>/dev/null", options) then return false end
  end
  local _, _, status = shell("unshare %s %s %s %s inside", options, program, arg[0], what)
  os.exit(status)
end

-- A host: a namespace with an address, and a cable to the bridge.
local function add_host(name, number)
  assert(shell([[ip netns add %s && ip link add %s type veth peer name eth0 netns %s && ip link set %s master br0 up &&
    ip netns exec %s ip addr add 10.77.0.%d/24 dev eth0 && ip netns exec %s ip link set eth0 up]],
    name, name, name, name, name, number, name))
  return ("ip netns exec %s unshare --uts sh -c 'hostname %s; exec \"$@\"' sh"):format(name, name)
end

local function lay_cables()
  assert(shell [[mount -t tmpfs none /run && mkdir -p /run/netns && ip link set lo up &&
    ip link add br0 type bridge && ip addr add 10.77.0.1/24 dev br0 && ip link set br0 up]])
  return { north = add_host("north", 2), south = add_host("south", 3) }
end

local function begin(host, line)
  if not line:find "^worker" then line = folder .. line end
  return ipc.command{ "sh", "-c", ("LUA_PATH='%s?.lua;;' exec %s %s %s"):format(folder, host or "", program, line),
    stdout = "inherit", stderr = "inherit" }
end

local function run(hosts, address, engine)
  local north = begin(hosts.north, chosen.north:format(address))
  local south = begin(hosts.south, chosen.south:format(address))
  assert(north:join(60) and south:join(60), "it does not end")
  shell("%s stop >/dev/null", engine)
  assert(north.exitcode == 0 and south.exitcode == 0)
end

if not inside and not enter() then print "no namespaces here: both run on this host" end

local hosts = inside and lay_cables() or {}
local data = os.tmpname()
os.remove(data)
local engine = ("%s engine --dir %s"):format(program, data)
local bind = inside and "10.77.0.1" or "127.0.0.1"
local pipe = io.popen(("%s engine start --dir %s --port 7799 --bind %s"):format(program, data, bind))
local address = pipe:read("a"):match 'name = "(redis://[^"]+)/kitchen"'
pipe:close()
assert(address, "the engine does not start")
local good, why = pcall(run, hosts, address, ("%s engine --dir %s"):format(program, data))
shell("%s stop >/dev/null; rm -rf %s", engine, data)
if not good then error(why, 0) end
