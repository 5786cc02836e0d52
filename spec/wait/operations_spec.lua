-- The table of operations, and what enters one: read off the sources.
local rooms = dofile "spec/support/architecture/rooms.lua"
local sources = dofile "spec/support/architecture/sources.lua"
local runtime, read, code = sources.runtime, sources.read, sources.code

-- { LOCK_ACQUIRE = true ... }, the rows of the table of operations; and how often the runtime names each, elsewhere.
local function operations()
  local rows, named = {}, {}
  for name in read "runtime/wait/operation.h":gmatch "\n    X%(([%u_]+)," do rows[name] = true end
  for _, path in ipairs(runtime) do
    if path ~= "runtime/wait/operation.h" then
      for name in code(path):gmatch "%f[%w_]TL_OP_([%u_]+)" do named[name] = (named[name] or 0) + 1 end
    end
  end
  return rows, named
end

-- What only the bindings name: by tl_board_begin, or tl_simulate_file.
local NAMED_OUTSIDE = { "^BOARD_", "^FILE_" }

-- The files where what enters says nothing, for the reason behind each.
local SILENT = {
  ["runtime/commands/command.c"] = true, -- what a look, a drop, the end of a task do to commands
  ["runtime/commands/command_io.c"] = true, -- a look of ipc.wait
  ["runtime/commands/redirect.c"] = true, -- part of a start
  ["runtime/data/array.c"] = true, -- the making of one
  ["runtime/data/pipe.c"] = true, -- a look of ipc.wait
  ["runtime/data/table.c"] = true, -- the end of an update, its parts, and the making of one
  ["runtime/data/value.c"] = true, -- the end of an update
  ["runtime/net/channel_recv.c"] = true, -- a look of ipc.wait
  ["runtime/observe/task_list.c"] = true, -- ps
  ["runtime/pool/board.c"] = true, -- what the owner does after tl_board_begin
  ["runtime/process/children.c"] = true, -- a reap
  ["runtime/process/output.c"] = true, -- called by stdio, anywhere
  ["runtime/process/process.c"] = true, -- who one is
  ["runtime/process/process_end.c"] = true, -- parts of the end
  ["runtime/program/family.c"] = true, -- who one is; the second child and so on
  ["runtime/program/suspend.c"] = true, -- its signals
  ["runtime/program/wait_any.c"] = true, -- its looks
  ["runtime/space/space.c"] = true, -- ps, and what a message brings
  ["runtime/store/constructor.c"] = true, -- the making of what is the task's own
  ["runtime/store/handle.c"] = true, -- handles are opened and closed
  ["runtime/sync/condition.c"] = true, -- whether this task holds the lock
}

describe("an operation", function()
  local rows, named = operations()

  it("of the table is one that something announces", function()
    local missing = {}
    for name in pairs(rows) do
      local outside = false
      for _, pattern in ipairs(NAMED_OUTSIDE) do outside = outside or name:find(pattern) end
      if not named[name] and not outside then missing[#missing + 1] = name end
    end
    assert.same({}, missing)
    assert.truthy(rows.LOCK_ACQUIRE and rows.FILE_OPEN)
  end)

  it("that something announces is in the table", function()
    for name in pairs(named) do assert.truthy(rows[name], name) end
  end)

  it("says nothing only in a few files, as a part of another", function()
    local found = {}
    for _, path in ipairs(runtime) do
      if rooms.room_of(path) ~= "wait" and code(path):find "TL_OP_NONE" then found[path] = true end
    end
    assert.same(SILENT, found)
  end)

  it("is the first thing that what enters says", function()
    for _, path in ipairs(runtime) do
      if rooms.room_of(path) ~= "wait" and path ~= "runtime/store/handle.h" then
        for call in code(path):gmatch "%f[%w_]tl_enter[%w_]*%s*(%b())" do
          assert.truthy(call:find "TL_OP_" or call:find "%f[%w_]operation%f[^%w_]", path .. ": " .. call)
        end
      end
    end
  end)
end)
