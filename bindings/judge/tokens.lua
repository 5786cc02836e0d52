--- Tokens: the words of a Lua file, without comments: { text, line }; of a string the text is '""'.
local LONG = "^%[(=*)%["

-- Where a long bracket that begins there ends; nil: none begins there.
local function behind_long(text, at)
  local level = text:match(LONG, at)
  if not level then return nil end
  local _, last = text:find("]" .. level .. "]", at, true)
  return (last or #text) + 1
end

local function behind_comment(text, at)
  return behind_long(text, at + 2) or text:find("\n", at, true) or #text + 1
end

local function behind_string(text, at)
  local quote = text:sub(at, at)
  at = at + 1
  while at <= #text and text:sub(at, at) ~= quote do
    at = at + (text:sub(at, at) == "\\" and 2 or 1)
  end
  return at + 1
end

-- The next one from `at` on: its text, or nil for what is none, and where it ends.
local function next_token(text, at)
  local blank = text:match("^%s+()", at)
  if blank then return nil, blank end
  if text:find("^%-%-", at) then return nil, behind_comment(text, at) end
  local long = behind_long(text, at)
  if long then return '""', long end
  if text:find("^[\"']", at) then return '""', behind_string(text, at) end
  local word = text:match("^[%a_][%w_]*", at) or text:match("^%.?%d[%w.]*", at) or text:match("^%.%.%.?", at)
    or text:match("^[=~<>]=", at) or text:match("^.[\128-\191]*", at)
  return word, at + #word
end

return function(text)
  local list, at, line = {}, 1, 1
  while at <= #text do
    local word, behind = next_token(text, at)
    if word then list[#list + 1] = { text = word, line = line } end
    line = line + select(2, text:sub(at, behind - 1):gsub("\n", ""))
    at = behind
  end
  return list
end
