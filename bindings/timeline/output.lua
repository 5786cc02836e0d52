--- Output: files that are written, with an error for the user where that does not work.
local output = {}

-- For the user, without a place in these modules.
local function fail(text, ...)
  error({ wrong = text:format(...), status = 1 }, 0)
end

output.fail = fail

--- Raises where the file cannot be written: before the work that comes before it.  What is there is left as it is.
function output.check(path, option)
  if path == "-" then return end
  local old = io.open(path, "rb")
  if old then old:close() end
  local file, why = io.open(path, "ab")
  if not file then fail("'%s': it cannot be written: %s", option, why) end
  file:close()
  if not old then os.remove(path) end
end

--- Writes what `write(put)` gives to its function put(text); path "-" is standard output.
function output.write(path, option, write)
  local file, why = io.stdout, nil
  if path ~= "-" then file, why = io.open(path, "wb") end
  if not file then fail("'%s': it cannot be written: %s", option, why) end
  local failed
  write(function(text)
    if failed then return end
    local well, reason = file:write(text)
    failed = not well and reason or nil
  end)
  local well, reason
  if path == "-" then well, reason = file:flush() else well, reason = file:close() end
  if failed or not well then fail("'%s': %s: it cannot be written: %s", option, path, failed or reason) end
end

return output
