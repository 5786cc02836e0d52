--- Places: the words of a Lua file (judge/tokens), and of each where it stands: `inside`, the function, { first, last }
--- of its lines; `asks`, the word by which it decides (if, while, until), which has the `loop` that it is of; `key`,
--- whether it is one of a table.
local tokens = require "judge.tokens"

local OPENS = { ["function"] = true, ["then"] = true, ["do"] = true, ["repeat"] = true, ["else"] = true }
local CLOSES = { ["end"] = true, ["until"] = true, ["elseif"] = true, ["else"] = true }
local ASKS = { ["if"] = true, ["elseif"] = true, ["while"] = true, ["until"] = true }
local TOLD = { ["then"] = true, ["do"] = true }

local function close_block(stack, at, line)
  local block = table.remove(stack)
  if block then block.last, block.behind = line, at end
  return block
end

-- The innermost function that is open.
local function innermost(stack)
  for i = #stack, 1, -1 do
    if stack[i].text == "function" then return stack[i] end
  end
end

return function(text)
  local list, stack, asks = tokens(text), {}, nil
  for at, token in ipairs(list) do
    local word, closed = token.text, nil
    if CLOSES[word] or word == "}" then closed = close_block(stack, at, token.line) end
    if asks and asks.text == "until" and token.line > asks.line then asks = nil end
    if OPENS[word] or word == "{" then
      stack[#stack + 1] = { text = word, first = token.line, last = math.huge, at = at, behind = math.huge }
    end
    if word == "do" and asks then asks.loop = stack[#stack] end
    if TOLD[word] then asks = nil end
    if ASKS[word] then
      asks = token
      asks.loop = word == "until" and closed or nil
    end
    local top = stack[#stack]
    token.inside, token.asks = innermost(stack), asks
    token.key = top ~= nil and top.text == "{" and top.at ~= at
  end
  return list
end
