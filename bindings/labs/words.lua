--- Words: texts of the labs, as they are shown.
local words = {}

--- The text, broken into lines that are not longer than `width`; an empty line stays, and so does one that is indented.
function words.wrapped(text, width, indent)
  local lines = {}
  indent = indent or ""
  for paragraph in (text:gsub("%s+$", "") .. "\n\n"):gmatch "(.-)\n%s*\n" do
    if #lines > 0 then lines[#lines + 1] = "" end
    local line
    for piece in (paragraph .. "\n"):gmatch "(.-)\n" do
      if piece:find "^%s%s%s%s" then
        lines[#lines + 1], line = line, nil
        lines[#lines + 1] = indent .. piece
      else
        for word in piece:gmatch "%S+" do
          if line and utf8.len(line) + 1 + (utf8.len(word) or #word) > width then
            lines[#lines + 1], line = line, nil
          end
          line = line and line .. " " .. word or indent .. word
        end
      end
    end
    lines[#lines + 1] = line
  end
  return table.concat(lines, "\n")
end

--- "1 schedule", "1,386 schedules".
function words.count(number, what)
  local digits = ("%d"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return ("%s %s%s"):format(digits, what, number == 1 and "" or "s")
end

local function shown_length(text)
  text = text:gsub("\27%[[%d;]*m", "")
  return utf8.len(text) or #text
end

--- Pieces side by side, three blanks between two; none is broken at the end of a line.
function words.row(pieces, width)
  local lines, used = {}, math.huge
  for _, piece in ipairs(pieces) do
    local length = shown_length(piece)
    if used + 3 + length > width then
      lines[#lines + 1], used = piece, length
    else
      lines[#lines], used = lines[#lines] .. "   " .. piece, used + 3 + length
    end
  end
  return table.concat(lines, "\n")
end

--- What is known of a lab, in a few words.
function words.state(row)
  if row.state == "done" then return "done" end
  if row.state == "skipped" then return "skipped" end
  if row.tries > 0 then return row.tries == 1 and "tried once" or ("tried %d times"):format(row.tries) end
  return "open"
end

--- A word of the shell.
function words.quoted(text)
  if text:find "^[%w_./-]+$" then return text end
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

return words
