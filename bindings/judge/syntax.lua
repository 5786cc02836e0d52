--- Syntax: what Lua says of a file that it cannot read, where that is known better in words of the mistake.
local syntax = {}

-- What ends the statements of a block. Where Lua expects an end and finds another word, the statement above is a
-- `return`: any other one could be followed by that word.
local ENDS = { ["else"] = true, ["elseif"] = true, ["end"] = true, ["until"] = true, ["<eof>"] = true }

local function of_block(wanted, word)
  if wanted ~= "<eof>" and wanted ~= "end" and wanted ~= "until" then return nil end
  if not ENDS[word] then
    return ("%s stands behind a `return`: that is the last thing %s does, so put it above"):format(word,
      wanted == "<eof>" and "a file" or "a block")
  end
  if wanted == "<eof>" and word == "end" then return "one `end` too many: all that was open is closed above it" end
end

-- What is written otherwise in Lua: the character at which it stops, a pattern of the line, what to write.
local OTHERWISE = {
  { "!", "!=", "not equal is `~=` in Lua" },
  { "!", "!", "`!` is `not` in Lua" },
  { "&", "&&", "`&&` is `and` in Lua" },
  { "|", "||", "`||` is `or` in Lua" },
  { "+", "%+[+=]", "Lua has no `++` and `+=`: n = n + 1" },
  { "-", "%-[=]", "Lua has no `-=`: n = n - 1" },
}

local function of_line(message, word, line)
  if word == "=" and message:find "^'then' expected" or message:find "^'do' expected near '='" then
    return "`=` gives a value, `==` compares"
  end
  for _, row in ipairs(OTHERWISE) do
    if word == row[1] and line:find(row[2]) then return row[3] end
  end
end

local function line_of(text, number)
  local count = 0
  for line in (text .. "\n"):gmatch "(.-)\n" do
    count = count + 1
    if count == number then return line end
  end
  return ""
end

--- What is wrong with the text of a file, by what `load` says of it: "till.lua:9: ...".
function syntax.words(said, text)
  local place, number, message = said:match "([^/]*:(%d+): )(.*)$"
  if not place then return said end
  local word = message:match "near '(.*)'$" or message:match "near (<eof>)$" or ""
  local wanted = message:match "^'?(<?%a+>?)'? expected"
  local known = of_block(wanted, word) or of_line(message, word, line_of(text, tonumber(number)))
  return place .. (known or message)
end

return syntax
