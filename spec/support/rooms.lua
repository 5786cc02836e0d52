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

-- The rooms that files will have, by their names of today.
local TODAY = {
  runtime = {
    public = [[
      tidelock tidelock_channel tidelock_command tidelock_core tidelock_data tidelock_jobs tidelock_locks
      tidelock_process tidelock_queue tidelock_space tidelock_wait
    ]],
    base = "clock deadlock fault pollable quota size spin standard stat status",
    memory = "arena object",
    tasks = "death pidfd private seed task tenancy",
    park = "due guard idle lookout outgoing park poll post sleeper waiters warden",
    wait = "checkpoint descriptor several sleep stuck wait",
    store = "block block_heap block_sound bundle constructor handle keep log message names note refs",
    sync = "barrier cycle cycle_graph event hold latch lock notice owned rlock rwlock semaphore tickets turn",
    data = [[
      array buffer heap heap_debts heap_table patience pipe queue segment stream stream_get stream_put
      table table_keys table_kind table_slots value
    ]],
    pool = "board board_work job",
    process = "children output process process_end seats signal thread",
    commands = "command command_end exchange flow redirect spawn",
    net = "address channel channel_recv channel_rest channel_send connect greeting listener place",
    space = "abroad layers sound sound_blocks sound_guards sound_kinds sound_queues sound_tasks space space_file",
    observe = "report roster",
    program = "any family fd_watcher kinds ready_fd recover runtime suspend",
  },
  bindings = {
    public = "objects",
    lua = [[
      check compat context hook misuse number object private random require result shown support trace
      userdata userdata_received
    ]],
    codec = [[
      codec decode decode_table decode_value encode encode_value format function message named options
      refusal registered scratch
    ]],
    objects = [[
      any array barrier buffer condition event fd latch lock pipe ps queue receive rlock rwlock semaphore
      space suggest table table_entry table_update value with
    ]],
    process = "child ended exit files gate given job outcome process process_start shell thread",
    pool = [[
      future pool pool_arguments pool_callbacks pool_code pool_imap pool_jobs pool_map pool_methods
      pool_run pool_tasks pool_workers worker
    ]],
    commands = "command command_class command_methods launch stream",
    net = "connection listener",
    module = "module",
    program = "chunk complete init interrupt label program prompt repl tools",
  },
}

local room_of = { runtime = {}, bindings = {} }
for side, list in pairs(TODAY) do
  for room, names in pairs(list) do
    for name in names:gmatch "%S+" do room_of[side][name] = room end
  end
end

-- The room of a file; "public" is what stands outside, for all to include: the API's headers, and the list of what
-- opens the objects of Lua.
function rooms.room_of(path) return room_of[rooms.side_of(path)][path:match "([%w_]+)%.[ch]$"] end

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
