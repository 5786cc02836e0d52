-- The rooms of the house, from the ground up.  A file may include and call what is in its own room or below it.
local rooms = {}

rooms.order = {
  runtime = { "base", "memory", "tasks", "trace", "park", "wait", "store", "sync", "data", "pool", "process",
    "commands", "net", "space", "observe", "simulate", "program" },
  bindings = { "lua", "codec", "objects", "process", "pool", "commands", "net", "module", "program" },
}

-- Rooms of which none may know another, though one must be above.
rooms.strangers = {
  runtime = { "data", "commands", "net" },
  bindings = { "pool", "commands", "net" },
}

-- The room of a file is its folder.  "public" is what stands outside, for all to include: the API's headers, and the
-- list of what opens the objects of Lua.
local OUTSIDE = { ["runtime/tidelock.h"] = "public", ["bindings/objects.h"] = "public",
  ["bindings/module.h"] = "module", ["bindings/module.c"] = "module" }

function rooms.room_of(path) return OUTSIDE[path] or path:match "^%w+/(%w+)/" end

-- What the symbols of these files still begin with: each goes with the commit that renames them.
rooms.old_names = {
  ["runtime/base/procfs.c"] = "stat",
  ["runtime/commands/command_io.c"] = "exchange",
  ["runtime/commands/exec.c"] = "spawn",
  ["runtime/commands/pipe_buffer.c"] = "flow",
  ["runtime/data/ordered_queue.c"] = "heap",
  ["runtime/data/ordered_queue_debts.c"] = "heap_debts",
  ["runtime/data/ordered_queue_table.c"] = "heap_table",
  ["runtime/net/socket_file.c"] = "place",
  ["runtime/observe/task_list.c"] = "roster",
  ["runtime/park/wait_queue.c"] = "waiters",
  ["runtime/pool/pool.c"] = "board",
  ["runtime/pool/pool_worker.c"] = "board_work",
  ["runtime/process/task_slots.c"] = "seats",
  ["runtime/program/program.c"] = "runtime",
  ["runtime/program/wait_any.c"] = "any",
  ["runtime/space/file_check.c"] = "sound",
  ["runtime/space/file_check_blocks.c"] = "sound_blocks",
  ["runtime/space/file_check_guards.c"] = "sound_guards",
  ["runtime/space/file_check_kinds.c"] = "sound_kinds",
  ["runtime/space/file_check_queues.c"] = "sound_queues",
  ["runtime/space/file_check_tasks.c"] = "sound_tasks",
  ["runtime/space/foreign_spaces.c"] = "abroad",
  ["runtime/space/layout.c"] = "layers",
  ["runtime/store/name_index.c"] = "names",
  ["runtime/sync/condition.c"] = "notice",
  ["runtime/sync/owner.c"] = "hold",
  ["runtime/tasks/life.c"] = "death",
  ["runtime/tasks/process_lock.c"] = "private",
  ["runtime/wait/deadlock_check.c"] = "stuck",
  ["runtime/wait/wait_many.c"] = "several",
}

-- "runtime" or "bindings"
function rooms.side_of(path) return path:match "^%w+" end

-- How far up the file's room is: nil for what stands outside, which is "public".
function rooms.floor_of(path)
  local room = rooms.room_of(path)
  for floor, name in ipairs(rooms.order[rooms.side_of(path)]) do
    if name == room then return floor end
  end
end

return rooms
