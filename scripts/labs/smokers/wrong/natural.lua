-- says: "lie there, and all sleep"
-- No boys: each smoker takes the two things that it needs.
local function smoker(n, _, things, smoke)
  while true do
    things[n % 3 + 1]:acquire()
    things[(n + 1) % 3 + 1]:acquire()
    smoke()
  end
end

return { boy = function() end, smoker = smoker }
