--- Rights: the commands of Redis that a user of a space needs, as ACL SETUSER takes them.
--
-- The client's own, and those that the engine calls, since a function runs with the rights of who calls it: a spec
-- reads them off bindings/engine. Nothing else: not EVAL, FLUSHALL, CONFIG, KEYS.
local CLIENT = "fcall blpop client|reply ping set get"
local ENGINE = "del exists hdel hexists hget hgetall hincrby hkeys hlen hmget hrandfield hset hsetnx hvals incr "
  .. "lindex llen lpop lpush lrange lrem persist rename rpop rpush strlen time unlink zadd zcard zincrby zpopmax "
  .. "zpopmin zrange zrangebylex zrangebyscore zrem zrevrange zrevrangebylex zscore"

return (("-@all " .. CLIENT .. " " .. ENGINE):gsub(" (%a)", " +%1"))
