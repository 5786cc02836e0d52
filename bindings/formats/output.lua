--- Output: files that are written for the user, with an error for the user where that does not work.
local output = {}

-- For the user, without a place in these modules.
local function fail(text, ...)
  error({ wrong = text:format(...) }, 0)
end

--- Raises where the file of the option cannot be written: before the work that comes before it.  What is there is left
--- as it is.  `what` is to be written; path "-" is standard output.  `others`: { path, what that is } of each file
--- besides that is read or written: it may be none of them, by whatever name or link.
function output.check(path, option, what, others)
  if path == "-" then return end
  local is_same = require "terminal.system".is_same_file
  for _, other in ipairs(others or {}) do
    if is_same(path, other[1]) then
      fail("'%s': %s cannot be written: %s: it would be written over %s; give another name",
        option, what, path, other[2])
    end
  end
  local old = io.open(path, "rb")
  if old then old:close() end
  local file, why = io.open(path, "ab")
  if not file then fail("'%s': %s cannot be written: %s", option, what, why) end
  file:close()
  if not old then os.remove(path) end
end

--- Writes what `write(put)` gives to its function put(text); path "-" is standard output.  The file is opened with the
--- first text: where none can be made, what is there stays as it is.
function output.write(path, option, what, write)
  local file, failed
  local function check(well, why)
    failed = failed or not well and (why or "it failed") or nil
  end
  write(function(text)
    if failed then return end
    if not file and path ~= "-" then
      local opened, why = io.open(path, "wb")
      if not opened then fail("'%s': %s cannot be written: %s", option, what, why) end
      file = opened
    end
    check((file or io.stdout):write(text))
  end)
  if file then check(file:close()) elseif path == "-" then check(io.stdout:flush()) end
  if failed then fail("'%s': %s cannot be written: %s: %s", option, what, path, failed) end
end

return output
