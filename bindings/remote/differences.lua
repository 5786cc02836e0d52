--- Differences: where a far object cannot be as a near one, why, and the way out.  A row says what is
--- otherwise than near; spec/remote/differences_spec.lua asserts each of them.
local differences = {}

--- differences.refused: kinds of objects and options that no far space has, with the reason.
differences.refused = {
  array = "a far space has no arrays, since each element would be a request of its own: use s.table(name), or send "
    .. "lists in a queue; or an array of this machine, ipc.array",
  buffer = "a far space has no buffers, since nothing there is this machine's memory: use s.table(name), or send "
    .. "strings in a queue; or a buffer of this machine, ipc.buffer",
}

differences.functions = "functions do not go to another machine: put them into a module that both sides have, and send "
  .. "its name; pools do so by themselves"

--- differences.rows: the rest, for people and for the spec.
differences.rows = {
  "an object's title has no number: `lock \"till\" at redis://lab/kitchen`, near `lock#3 \"till\"`",
  "functions do not travel, whatever the space was opened with",
  "value:update and table:update may call their function again, where another has written meanwhile; set and add do "
    .. "not wait for an update; and the function may yield",
  "a ttl is rounded up to milliseconds",
  "what is handed to a task that has died a moment ago, before the server knows of it, is lost, but where the queue "
    .. "redelivers",
  "a new table may have 2,000 keys: others are set afterwards",
  "s.pipe(name) makes pipes: near they have no names",
  "an end of a pipe that a child inherits keeps it open from the child's first call on, not from its start",
  "pipe:close by one thread is for its whole process",
  "s:remove() removes all objects, and the space stays",
  "ipc.fd(object) and ipc.ps(space) are of this machine; s:members() tells who is in a far space",
  "a deadlock of all tasks is not reported, since a server cannot know that nobody else comes; nor is a cycle through "
    .. "near and far locks, though one of the locks of a space is",
  "a pipe holds 10,000 messages at most, besides its 16 MiB",
  "a task whose host, cable or server is lost: its calls raise lost or forgot",
}

return differences
