-- says: "in the flask for ever"
-- says: "notifies one"
local ipc = require "tidelock"

local flask, inside = ipc.condition{ name = "flask" }, ipc.table({ H = 0, O = 0 }, "inside")

local function join(kind, most, bond)
  flask:with(function()
    while inside[kind] == most do flask:wait() end
    inside:add(kind, 1)
    bond()
    if inside.H + inside.O == 3 then
      inside.H, inside.O = 0, 0
      flask:notify()
    end
  end)
end

return {
  hydrogen = function(bond) join("H", 2, bond) end,
  oxygen = function(bond) join("O", 1, bond) end,
}
