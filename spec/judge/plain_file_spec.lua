-- What has the name of a student's file need not be one: it is told at once, and nothing waits for it.
local labs = dofile "spec/support/labs.lua"
local shell = dofile "spec/support/shell.lua"

describe("what is no file", function()
  local lab = labs.new [[lab.after(function() lab.always("safe", student.answer() == 42, "it is no 42") end)]]

  teardown(function() lab:remove() end)

  local function told(make)
    local path = lab.directory .. "/answer.lua"
    assert(os.execute(make:format(path)))
    local out = shell.run(("TIDELOCK_EXPLORER=spec/support/labs/verdicts.lua timeout 60 %s explore %s 1 - %s"):format(
      shell.tidelock, lab.directory, path), 90)
    os.execute("rm -rf " .. path)
    return (out:gsub("%s+", " "))
  end

  for what, make in pairs{
    ["is a pipe (FIFO), not a file"] = "mkfifo %s", ["is a folder, not a file"] = "mkdir %s",
    ["is a device, not a file"] = "ln -s /dev/zero %s", ["is larger than 1 MiB"] = "truncate -s 1048577 %s",
    ["No such file or directory"] = "ln -s /no/such/file %s",
  } do
    it(what, function()
      local out = told(make)
      assert.is_truthy(out:find("lab: does not load. the file cannot be read: " .. lab.directory, 1, true), out)
      assert.is_truthy(out:find(what, 1, true), out)
    end)
  end
end)
