--- What a fake Redis (fake_redis.lua) takes an argument for; one that is neither text nor number raises.
return function(value)
  if type(value) == "string" then return value end
  if type(value) ~= "number" then error("redis.call: an argument is a " .. type(value), 3) end
  if value == math.floor(value) and value - value == 0 then return ("%.0f"):format(value) end
  return ("%.17g"):format(value)
end
