-- says: "no two couriers are ever out together"
local function day(names, deliver, all_are_home)
  for _, name in ipairs(names) do deliver(name) end
  all_are_home()
end

return { day = day }
