-- says: "was served 0 times"
local function cook(_, _, serve_starter)
  serve_starter()
end

return { cook = cook }
