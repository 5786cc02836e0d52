-- A program with its stdin, stdout and stderr as pipes: sort, once with lines and once with a file that is not there.
-- Watch: the lines come back sorted; the failure says why on stderr, and gives an exit code.
-- Change: ask sort for -r; put a second command behind it: stdin = sort.stdout.
local ipc = require "tidelock"

local words = { "pear", "apple", "quince", "cherry" }

print("-- sorted")
local sort = ipc.command{ "sort", env = { LC_ALL = "C", PATH = os.getenv "PATH" } }
for _, word in ipairs(words) do
  sort.stdin:write(word .. "\n")
end
sort.stdin:close() -- now it knows that there is no more, and sorts
local sorted = {}
for line in sort.stdout:lines() do
  print(line)
  sorted[#sorted + 1] = line
end
sort:join()
print("exit code: " .. sort.exitcode)

print("-- one that fails")
local failing = ipc.command{ "sort", "no-such-file" }
local out, err = failing:communicate()
io.write("stderr: ", err)
print("exit code: " .. failing.exitcode)

table.sort(words)
assert(table.concat(sorted, " ") == table.concat(words, " ") and sort.exitcode == 0)
assert(out == "" and err:find("no-such-file", 1, true) and failing.exitcode == 2)
