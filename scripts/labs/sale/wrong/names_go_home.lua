-- says: "customer-3 has no place and did not go home"
-- says: "returns `go_home`, and does not call it"
-- Wristbands for the concert: who gets a place in the line gets one. Everybody else goes home at once.
local function customer(name, line, go_home)
  if not line:try_put(name) then
    return go_home
  end
end

return { customer = customer }
