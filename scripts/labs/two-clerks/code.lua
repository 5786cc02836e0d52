-- The till remembers one number. A clerk with 100 in hand reads it, and then writes what it must be.
local function clerk(till)
  local sum = till:get()
  till:set(sum + 100)
end

return { clerk = clerk }
