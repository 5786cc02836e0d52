--- Text in lines of a width.
local wrap = {}

--- How many characters a text has, where it is UTF-8, else bytes.
function wrap.length(text)
  return utf8.len(text) or #text
end

-- Up to n characters, and the rest.
local function split(text, n)
  local at = utf8.len(text) and utf8.offset(text, n + 1) or n + 1
  if not at or at > #text then return text, "" end
  return text:sub(1, at - 1), text:sub(at)
end

--- In lines of at most `width`, broken at blanks where there are any; each but the first with `indent` before it.
function wrap.lines(text, width, indent)
  local lines, line = {}, ""
  indent = indent or ""
  local function put(word)
    local glued = line == "" and word or line .. " " .. word
    if wrap.length(glued) <= width then line = glued return end
    if line ~= "" then lines[#lines + 1] = line end
    line = (#lines > 0 and indent or "") .. word
    while wrap.length(line) > width do
      local head, rest = split(line, width)
      lines[#lines + 1], line = head, indent .. rest
    end
  end
  for word in text:gmatch "%S+" do put(word) end
  if line ~= "" or #lines == 0 then lines[#lines + 1] = line end
  return lines
end

--- Cut to the width, with "..." at its end where something is missing.
function wrap.cut(text, width)
  if wrap.length(text) <= width then return text end
  return (split(text, math.max(width - 3, 0))) .. ("..."):sub(1, width)
end

--- With blanks up to the width.
function wrap.pad(text, width)
  return text .. (" "):rep(width - wrap.length(text))
end

return wrap
