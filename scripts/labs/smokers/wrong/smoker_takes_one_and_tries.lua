-- says: "lie there, and all sleep"
-- Takes one; if the second is not there, puts the first one back. But who comes then?
local function smoker(n, _, things, smoke)
  things[n % 3 + 1]:acquire()
  if things[(n + 1) % 3 + 1]:acquire(0) then
    smoke()
  end
end

return { smoker = smoker }
