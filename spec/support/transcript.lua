-- The transcripts of explorations in a page: a script, and below it the command and what it prints.
local assert = require "luassert"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local transcript = {}

-- How fast it went differs from run to run, and so where the line is broken; in which schedule it was found is not
-- what a page is about.
local function plain(text)
  return (text:gsub("schedule%s+[%d,]+%s+%([%d,]+%s+schedules/s%)", "schedule N (N schedules/s)"))
end

-- The command of the output of a script, such as "explore --kills 1 killed.lua"; nil: it is another one's.
function transcript.command(output)
  return output:match "^%$ %./tidelock (explore [^\n]*)\n"
end

-- What the page shows, and what comes: with one job, since with more another schedule may come first.
function transcript.compare(code, output)
  local command = transcript.command(output)
  local folder = shell.run("mktemp -d"):match "%S+"
  files.write(folder .. "/" .. command:match "%S+$", code)
  local line = ("cd %s && %s %s"):format(folder, shell.tidelock, command:gsub("^explore", "explore --jobs 1"))
  local out, err, status = shell.run(line)
  os.execute("rm -r " .. folder)
  assert.equal("", err)
  assert.equal(1, status)
  assert.equal(plain(output:gsub("^%$ [^\n]*\n", "")), plain(out))
end

return transcript
