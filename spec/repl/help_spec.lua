-- :help of a session: what the reference says of a name.
local files = dofile "spec/support/files.lua"
local printed = dofile "spec/support/shell.lua".session

describe(":help", function()
  it("tells what the reference says, also of an object's method", function()
    local text = printed{ "q = ipc.queue()", ":help q:get", ":help queue.get", ":help spawn", ":help nothing" }
    local one = text:match "^(queue:get%(timeout%)\nTakes the next message.-\n)queue:get"
    assert.truthy(one, text)
    assert.equal(one, text:sub(#one + 1, 2 * #one))
    assert.matches("ipc%.spawn%(target, %.%.%.%)\n", text)
    assert.matches("nothing is known of nothing; in ipc there are: wait, ", text)
    for line in text:gmatch "[^\n]+" do assert.is_true(#line <= 80, line) end
  end)

  it("knows each type that it names, and each name of the reference", function()
    local reference = files.read "bindings/tidelock.d.lua"
    local lines, names, seen = {}, {}, {}
    for _, pattern in ipairs{ "(tidelock%.%l[%w_.]*)", "\nfunction ([%w_.:]+)", "@class tidelock%.([%w_.]+)" } do
      for name in reference:gmatch(pattern) do
        name = name:gsub("%.$", "")
        if not seen[name] and name ~= "tidelock.d" and name ~= "tidelock.html" then
          seen[name], names[#names + 1], lines[#lines + 1] = true, name, ":help " .. name
        end
      end
    end
    assert.is_true(#names > 200)
    local text = printed(lines)
    assert.is_nil(text:match "nothing is known of [^\n]*" or text:match "stack traceback:\n\t")
    for line in text:gmatch "[^\n]+" do assert.is_true(#line <= 80 or not line:find " ", line) end
    assert.matches("^queue%.put_options\n  %.timeout%? .*\n  %.priority%? number", printed{ ":help queue.put_options" })
    assert.matches('\n  "lifo"  last in, first out\n', printed{ ":help tidelock.order" })
    assert.matches("\n  or %(options: tidelock%.command%.options%)\n", printed{ ":help command" })
  end)

  it("takes a call for its name, and says what an object has", function()
    local of_queue = printed{ ":help queue" }
    assert.equal(of_queue, printed{ ":help ipc.queue(10)" })
    assert.equal(of_queue, printed{ "kitchen = { orders = ipc.queue() }", ":help kitchen.orders" })
    assert.matches("^stream:read%(", printed{ "c = ipc.command 'true'", ":help c.stdout:read" })
    local space = ("s = ipc.open 'help-%d' s:remove()"):format(os.time())
    assert.matches("^space%.queue%(", printed{ space, ":help s.queue" })
    local of_which = printed{ ":help release" }
    assert.matches("^release: of which%? :help lock%.release,", of_which)
    for line in of_which:gmatch "[^\n]+" do assert.is_true(#line <= 80, line) end
    assert.matches("^nothing is known of queue%.cook; queue has: put, try_put, ",
      printed{ "q = ipc.queue()", ":help q:cook" })
    assert.matches("^nothing is known of %[; in ipc there are: ", printed{ ":help [" })
    assert.matches("^Functions of ipc, for :help: wait, ", printed{ ":help ipc" })
  end)

  it("tells what the reference says of a field", function()
    assert.equal(".daemon: a field of process\ndaemon boolean can be set before the start only, else raises\n",
      printed{ ":help process.daemon" })
    assert.matches("^daemon: of which%? [^\n]*:help process%.daemon, :help thread%.daemon",
      printed{ ":help daemon" })
    assert.matches("^%.daemon: a field of process\n", printed{ "p = ipc.process(print)", ":help p.daemon" })
    assert.matches("^%.exitcode: a field of [%w.]+\n", printed{ ":help process.exitcode" })
    assert.matches("^nothing is known of process.nothing", printed{ ":help process.nothing" })
  end)
end)
