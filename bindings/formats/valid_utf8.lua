--- Valid UTF-8: text that came from elsewhere, for formats that hold nothing else.

--- The text with `instead` for each byte that is no UTF-8, and for each surrogate: Lua 5.3 takes these for characters.
return function(text, instead)
  local parts, at = {}, 1
  while true do
    local _, wrong = utf8.len(text, at)
    if not wrong then break end
    parts[#parts + 1] = text:sub(at, wrong - 1)
    parts[#parts + 1] = instead
    at = wrong + 1
  end
  return ((table.concat(parts) .. text:sub(at)):gsub("\xED[\xA0-\xBF][\x80-\xBF]", instead))
end
