--- Script hash: whether a script is still what it was (FNV-1a, 64 bits).
local script_hash = {}

--- The hash of a text, in hexadecimal.
function script_hash.of_text(text)
  local hash = 0xcbf29ce484222325
  for i = 1, #text do hash = (hash ~ text:byte(i)) * 0x100000001b3 end
  return ("%016x"):format(hash)
end

--- Of a file's content; nil and why it cannot be read.
function script_hash.of_file(path)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local text = file:read "a"
  file:close()
  if not text then return nil, path .. ": cannot be read" end
  return script_hash.of_text(text)
end

return script_hash
