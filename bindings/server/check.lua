--- The command `tidelock engine check ADDRESS`: what of a server's settings loses data, or keeps users out.
--
-- What is looked at comes from INFO, which most users may read; what only CONFIG tells is looked at where that is
-- allowed. To look at one thing more: a function of the server's facts that returns a finding, in CHECKS.
local client = require "server.client"

-- Each returns nothing, or a finding: what is so, and what to do.
local CHECKS = {
  function(facts)
    local major = tonumber((facts.redis_version or ""):match "^%d+")
    if not major or major < 7 then
      return ("the server is %s: spaces need Redis 7 or Valkey"):format(facts.redis_version or "of no known version")
    end
  end,
  function(facts)
    if facts.role == "slave" then
      return "the server is a replica: give the address of the one that it follows"
    end
  end,
  function(facts)
    if facts.aof_enabled == "0" then
      return "appendonly is off: when the server ends, all spaces are gone. CONFIG SET appendonly yes"
    end
  end,
  function(facts)
    if facts.appendfsync == "no" then
      return "appendfsync is no: when the machine ends, half a minute of changes may be gone. CONFIG SET appendfsync "
        .. "everysec"
    end
  end,
  function(facts)
    if facts.maxmemory_policy and facts.maxmemory_policy ~= "noeviction" then
      return ("maxmemory-policy is %s: where memory runs short, the server throws locks and messages away. CONFIG SET "
        .. "maxmemory-policy noeviction"):format(facts.maxmemory_policy)
    end
  end,
  function(facts)
    if facts.aof_last_write_status and facts.aof_last_write_status ~= "ok" then
      return "the last write of the append-only file failed: is the disk full?"
    end
  end,
  function(facts)
    if facts.connected_slaves and tonumber(facts.connected_slaves) > 0 then
      return "it has replicas: one that takes over lacks what was not copied yet (programs are told: forgot)"
    end
  end,
  function(facts)
    if facts.timeout and facts.timeout ~= "0" then
      return ("timeout is %s: connections that are silent for so many seconds are closed. CONFIG SET timeout 0")
        :format(facts.timeout)
    end
  end,
  function(facts)
    if facts["tcp-keepalive"] == "0" then
      return "tcp-keepalive is 0: connections of hosts that are gone stay. CONFIG SET tcp-keepalive 10"
    end
  end,
  function(facts)
    if not facts.installed then
      return "the library is not installed; the first program that opens a space does it, if it may: else tidelock "
        .. "engine install ADDRESS"
    end
  end,
}

local CONFIGURED = { "appendfsync", "timeout", "tcp-keepalive" }

local function facts_of(connection)
  local facts = {}
  local info = client.need(connection:command "INFO")
  for name, value in info:gmatch "([%w_]+):([^\r\n]*)" do facts[name] = value end
  for _, name in ipairs(CONFIGURED) do
    local pair = connection:command("CONFIG", "GET", name)
    if type(pair) == "table" then facts[name] = pair[2] end
  end
  facts.installed = client.has_library(connection)
  return facts
end

return function(found)
  local connection = client.connect(found.words[1])
  local facts = facts_of(connection)
  connection:close()
  local count = 0
  for _, check in ipairs(CHECKS) do
    local finding = check(facts)
    if finding then
      count = count + 1
      print(("%d. %s"):format(count, finding))
    end
  end
  if count == 0 then print(("Redis %s, all is well: nothing that was answered is lost but by the last second before "
    .. "the machine ends."):format(facts.redis_version)) end
  return count == 0 and 0 or 1
end
