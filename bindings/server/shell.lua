--- Shell: small commands of the system that Lua has no function for.
local shell = {}

--- The text as one word of a shell.
function shell.quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

--- The same for people: as it is, where that is one word already.
function shell.word(text) return text:find "^[%w@%%+=:,./_-]+$" and text or shell.quoted(text) end

local function filled(command, ...)
  local words = table.pack(...)
  for i = 1, words.n do words[i] = shell.quoted(words[i]) end
  return command:format(table.unpack(words, 1, words.n))
end

--- Runs the command, each %s a word of it: true; or nil and what it wrote to its standard error.
function shell.run(command, ...)
  local pipe = io.popen("{ " .. filled(command, ...) .. "; } 2>&1 >/dev/null", "r")
  local said = pipe:read "a"
  if pipe:close() then return true end
  return nil, (said:gsub("%s+$", ""))
end

--- The first line that the command writes; nil: none.
function shell.line(command, ...)
  local pipe = io.popen(filled(command, ...) .. " 2>/dev/null", "r")
  local line = pipe:read "l"
  pipe:close()
  return line
end

return shell
