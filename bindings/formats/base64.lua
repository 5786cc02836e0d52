--- Base64 of a text, in one line.
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

return function(text)
  local parts = {}
  for at = 1, #text, 3 do
    local a, b, c = text:byte(at, at + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    local letters = {}
    for i = 1, 4 do
      local index = (bits >> (24 - 6 * i)) & 63
      letters[i] = ALPHABET:sub(index + 1, index + 1)
    end
    if not c then letters[4] = "=" end
    if not b then letters[3] = "=" end
    parts[#parts + 1] = table.concat(letters)
  end
  return table.concat(parts)
end
