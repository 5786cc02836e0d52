-- What a shared table holds at the moment, as a table of Lua.
return function(t)
  local copy = {}
  for key, value in pairs(t) do copy[key] = value end
  return copy
end
