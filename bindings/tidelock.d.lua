---@meta tidelock

--- Processes, queues, pipes, locks and their kin over shared memory.
---
---     local ipc = require "tidelock"
---
--- What holds everywhere:
---
--- * Durations are seconds, any number (`0.25`). `nil` waits for ever; `0` or
---   less does not wait. NaN and what is no number raise.
--- * What a caller has to expect returns `nil` and a reason: `"timeout"`,
---   `"full"`, `"empty"`, `"closed"` or `"broken"`. Misuse raises, at the
---   caller's line, and says what to do instead.
--- * `nil` is a message like any other: nothing came only where the second
---   result is set.
--- * Constructors take positional arguments, or ONE table of options. An
---   unknown option raises.
--- * More arguments than a call takes raise: nothing is dropped in silence.
--- * Every object can be captured by a function, passed as an argument, and
---   sent in a message: what arrives is the same object, not a copy. In one
---   process the same object is the same value, so `==` and table keys work.
---   It is reclaimed when no task holds it.
--- * `tostring(object)` tells its live state in a line.
--- * Reading a field that does not exist raises, and so does setting one; but
---   the fields of a table are its keys.
--- * Any call that waits without a timeout raises `deadlock: ...` where its wait
---   would close a cycle: of locks, rwlocks, seats of bounded semaphores, and
---   joins. With one, the time ends it. Any call that waits raises
---   `interrupted!` on Ctrl-C in the REPL.
---
--- What travels in messages, arguments and results: nil, booleans, integers,
--- floats, strings of any bytes, tables of these (cycles and shared references
--- are kept; a metatable must be known by `ipc.register`), Lua functions with
--- their upvalues, and every object. Anything else raises before anything is
--- sent, and the error gives the path to it. A function finds the receiver's
--- globals; one with an environment of its own (`_ENV`) brings a copy of that.
---
--- Reading a name that is not here raises, and tells the one that is like it;
--- `rawget(ipc, name)` asks whether there is one.
---@class tidelock
---@field _VERSION string such as `"Tidelock 0.1.0"`
local ipc = {}

---@alias tidelock.seconds number seconds; nil for ever; 0 or less: do not wait

---@alias tidelock.order
---| '"fifo"'     # first in, first out
---| '"lifo"'     # last in, first out
---| '"priority"' # the lowest priority first, ties in order of arrival

--- Several objects and all tasks ----------------------------------------------

---@alias tidelock.waitable tidelock.queue|tidelock.pipe|tidelock.process|tidelock.thread|tidelock.event|tidelock.latch|tidelock.future|tidelock.command|tidelock.listener|tidelock.connection|tidelock.signal

--- Waits until at least one of the objects is ready: a queue, an end of a pipe
--- or a connection that has a message or is closed, a process, thread or
--- command that has ended, an event that is set, a latch that is open, a future
--- that is ready, a listener with a caller. Nothing is taken: whoever comes
--- first gets a message, so take it with a timeout of 0.
---@param objects tidelock.waitable[] 1 to 10000
---@param timeout? tidelock.seconds
---@return tidelock.waitable[]? ready those that are ready now, in their order
---@return "timeout"? reason
function ipc.wait(objects, timeout) end

--- Receives one message, in one step, of whichever of these has one first: the
--- message, and the object that it came from. Those that have messages take
--- turns. Closed ones are passed over; `"closed"`: all of them are, and have
--- been emptied. A message may be nil, so look at the second result. What comes
--- of a queue is reported by its `task_done`, as after a `get`.
---@param objects (tidelock.queue|tidelock.pipe|tidelock.connection)[]
---@param timeout? tidelock.seconds
---@return any value
---@return tidelock.queue|tidelock.pipe|tidelock.connection|"timeout"|"closed" from
function ipc.receive(objects, timeout) end

--- A file descriptor that is readable while the object is ready as `ipc.wait`
--- means it, for the event loops of others (luv, cqueues, copas, poll): not to
--- be read, written or closed. For a moment it may be readable though a call
--- would wait, when another task was faster or a message has come in part: so
--- take with a timeout of 0. It is the same one for each call, is closed with
--- the object, and means nothing in other processes, which ask for their own.
--- The first one for a shared object starts a thread that watches, and takes a
--- place among the tasks. A pool's callbacks run, and its dead workers are
--- replaced, when its owner calls it. What waits for it in the loop of another
--- library is no wait of this module's: on a trace it looks as if it ran.
---@param object tidelock.queue|tidelock.pipe|tidelock.event|tidelock.latch|tidelock.process|tidelock.thread|tidelock.future|tidelock.command|tidelock.listener|tidelock.connection
---@return integer fd
function ipc.fd(object) end

---@class tidelock.task
---@field name string
---@field pid integer
---@field state "starting"|"running"|"waiting"|"sleeping"|"blocked"|"stopped" blocked: asleep outside of this program's objects
---@field waits? string what for: `acquire lock#2 "salt": held by chef-2 (pid 4712), 1 waiting`
---@field where? string the line of the script: `kitchen.lua:14`
---@field since? number seconds it has waited or slept
---@field holds string[] what it holds: `lock#1 "pan"`

--- What each task of this program does at the moment; or, with a space, each
--- task of the programs that have it open. `tidelock ps PID` and
--- `tidelock ps SPACE` print the same from another terminal.
---@param space? tidelock.space
---@return tidelock.task[]
function ipc.ps(space) end

--- A prompt in the middle of this task, on the terminal, as that of `tidelock`
--- without a script; Ctrl-D goes on. `here` is a table of copies of what the
--- calling function sees: its locals and upvalues; globals are the task's own.
--- The other tasks go on meanwhile; under `--sim` all stand still.
---
---     if total < 0 then ipc.repl() end
---
--- Raises where standard input and output of the task are no terminal: in a
--- pipe, in a session's children, in `tidelock explore` and `replay` (which has
--- `-i` for that); and in another Lua than the program's. While one task is at
--- the prompt, a thread as well, others that want it wait. Ctrl-C ends the
--- program, and `os.exit` what it ends anywhere: in a thread, the thread.
function ipc.repl() end

--- The task -----------------------------------------------------------------

--- Sleeps. Without an argument: until the process is killed or interrupted.
---@param seconds? tidelock.seconds
function ipc.sleep(seconds) end

--- Lets other tasks run first.
function ipc.yield() end

---@alias tidelock.signal_name "HUP"|"INT"|"QUIT"|"TERM"|"USR1"|"USR2"|"PIPE"|"TSTP"|"WINCH"

--- Has `fn` called with the signal's name when the signal comes to this process,
--- in the place of what the signal would do; nil: it does that again. The names
--- may begin with SIG.
---
---     local stop = ipc.event()
---     ipc.on_signal("TERM", function() stop:set() end)
---     stop:wait()
---
--- It runs between the task's own operations: at once while Lua computes (in a
--- coroutine: as its next operation begins); and in a wait, as the callbacks of
--- pools do. Such a wait goes on afterwards, unless `fn` raises: then it raises
--- that. What is not of this module, such as `io.read`, comes to its own end
--- first. Functions do not interrupt each other. Signals of one name that come
--- before it is called are one, as everywhere.
---
--- A process starts without its parent's functions. In a thread it raises, since
--- signals go to whole processes. While a task has such a function, it counts as
--- one that may go on: no deadlock is reported, but under `--sim`. At the end of
--- the script, while it waits for its processes, `fn` is still called; but the
--- script's objects are closed by then, and what `fn` raises is only told.
---
--- Not to be had: KILL and STOP, which no process hears; signals of faults, such
--- as SEGV; CONT, CHLD, URG and ALRM, which the runtime needs.
---@param name tidelock.signal_name|string
---@param fn? fun(name: string)
function ipc.on_signal(name, fn) end

--- A signal as something to wait for, by `ipc.wait`, `ipc.receive` and `get`.
--- From this call on it is noted when it comes, in the place of what it would do
--- otherwise; there is one object for each name, so it may be asked for wherever
--- it is waited for. It is ready while the signal has come and not been got. A
--- function of `ipc.on_signal` is called besides.
---
---     repeat
---       local order = ipc.receive{ orders, ipc.signal "TERM" }
---       if order ~= "TERM" then cook(order) end
---     until order == "TERM"
---
--- For processes, threads and deadlocks the same holds as of `ipc.on_signal`.
---@param name tidelock.signal_name|string
---@return tidelock.signal
function ipc.signal(name) end

---@class tidelock.signal
local signal = {}

--- Waits for the signal, and takes it: the next wait is for another one.
---@param timeout? tidelock.seconds
---@return string? name
---@return string? reason `"timeout"`
function signal:get(timeout) end

--- The signal does again what it did before. Twice is harmless.
---@return true
function signal:close() end

--- The time since some fixed moment. The clock is monotonic and the same in
--- all processes of this machine: differences are durations.
---@return number seconds
function ipc.now() end

--- How many CPUs this program may use: by its affinity, and by the CPU quota of
--- its control group and of those above (a container's `--cpus`), rounded up.
---@return integer
function ipc.cpu_count() end

--- The id of this process, as the operating system knows it. In a simulation
--- processes have the ids 1, 2, ... in the order of their starts.
---@return integer pid
function ipc.getpid() end

--- The seed of the simulation (`tidelock --sim`); nil in an ordinary run.
---@return integer? seed
function ipc.seed() end

--- Records what all tasks do from now on into the file, for `tidelock
--- timeline`, as `tidelock --trace` does from the start; a recording that goes on
--- ends first. `false` ends it, and returns how many operations the file has, and
--- how many were lost because the recorder could not keep up. Only the main task
--- can. Tasks that run already when a program records for the first time are not
--- in it; those started from then on are. A file with something else in it than
--- a trace is not written over.
---@param file string|false
---@return boolean|integer? recorded `true`, or how many; nil where the file cannot be written
---@return integer|string? lost or why
function ipc.trace(file) end

--- The id of this process's parent, as the operating system knows it; in a
--- simulation as getpid has it, and 0 where the parent is not of the program.
---@return integer pid
function ipc.getppid() end

--- What holds of all runs ----------------------------------------------------

--- What is to hold in every run. Where the condition is false or nil this
--- raises `message:format(...)` at the caller's line. Under `tidelock explore`
--- the schedule has failed then, whether the error is caught or not.
---@param condition any
---@param message string as of `string.format`
---@param ... any what the message tells
function ipc.always(condition, message, ...) end

--- What is to hold in some run: under `tidelock explore` a label whose condition
--- no schedule made true is reported, and the exit status is 1 ("no schedule
--- lets two readers be inside together"). Nothing in an ordinary run.
---@param condition any
---@param label string of 1 to 119 bytes; 64 are counted
function ipc.sometimes(condition, label) end

--- What came of the run: `tidelock explore` counts the schedules by it, and
--- gives one for each to replay. The values stand as `tostring` has them, with
--- spaces between; several calls in one run are joined by commas. Nothing in an
--- ordinary run.
---@param ... any such as `"sold", 3`
function ipc.outcome(...) end

--- One of the numbers from 1 to `of`, or one of the values of a list: by chance;
--- in a simulation by its seed; and under `tidelock explore` a choice like that
--- of the next task, so that all answers come.
---@generic T
---@param of integer|T[] 1 to 1000000000, or a list that is not empty
---@return integer|T
function ipc.choose(of) end

--- Lets tables with this metatable travel. Do it in the sender and in the
--- receiver under the same name; processes forked later have it by birth.
--- What was registered under the name before is forgotten. A function that
--- captured the metatable arrives with a copy of it, as of any table; tables
--- that it makes with the copy travel too. A thread gets all that can travel,
--- with metatables of their own, registered or not (see `ipc.thread`).
---@generic T: table
---@param name string
---@param metatable T
---@return T metatable
function ipc.register(name, metatable) end

--- Processes ----------------------------------------------------------------

--- A process of its own that runs a Lua function.
---
--- It is forked at `start`, so it sees all that the script had defined by
--- then. An uncaught error prints its name, pid, message and traceback to
--- stderr as one block. When the main script ends, daemons are terminated and
--- every other child is joined.
---@class tidelock.process
---@field pid? integer nil before the start
---@field name string
---@field daemon boolean can be set before the start only, else raises
---@field exitcode? integer nil while it runs; 0; 1 after an uncaught error; n after `os.exit(n)`; -n when killed by signal n
local process = {}

---@class tidelock.process.options
---@field target function what the process runs
---@field args? any[] its arguments; `n` where there are nils at the end
---@field name? string for people; else `process-N`
---@field daemon? boolean ends with its parent, and may have no children

--- A process, not yet started.
---
--- The function and its arguments need not be values that travel: the child
--- inherits them. Its results are.
---@param target function what the process runs
---@param ... any its arguments
---@return tidelock.process
---@overload fun(options: tidelock.process.options): tidelock.process
function ipc.process(target, ...) end

--- The same as `ipc.process`, started.
---@param target function what the process runs
---@param ... any its arguments
---@return tidelock.process
---@overload fun(options: tidelock.process.options): tidelock.process
function ipc.spawn(target, ...) end

--- This task: a process, or a thread; in the main script the process `main`.
---@return tidelock.process|tidelock.thread
function ipc.current() end

--- The task that started this one; nil in the main script, and when the parent
--- has ended.
---@return (tidelock.process|tidelock.thread)?
function ipc.parent() end

--- The processes and threads that this task started and that have not ended.
---@return (tidelock.process|tidelock.thread)[]
function ipc.children() end

--- Forks. Raises when it was started before, when this process is a daemon
--- (`daemonic processes are not allowed to have children`), and when tasks or
--- memory have run out.
---@return tidelock.process self
function process:start() end

--- Waits for its end. Raises before the start, and for the own process.
---
--- Returns by its timeout also where the process is dead and the system has not
--- done with it (much memory, a debugger that holds it): then it has ended, and
--- how, if it was killed, is known later.
---@param timeout? tidelock.seconds
---@return true? ended
---@return "timeout"? reason
function process:join(timeout) end

--- Waits for its end, and returns what its function returned. Where it was
--- killed, a timeout may also mean that the signal is not known yet.
---
--- Else `nil` and the value that it raised: text with its traceback, nil and
--- what cannot travel as text too, any other value as it is. Or `nil` and a
--- text: `"timeout"`; `"killed by signal 9 (Killed)"`; how it exited before its
--- function returned; or why its results could not be sent, or were lost. May be asked any
--- number of times, by several tasks. Raises where `join` does.
---@param timeout? tidelock.seconds
---@return any ...
function process:result(timeout) end

--- Whether it was started and has not ended. A stopped process is alive.
---@return boolean
function process:is_alive() end

--- Asks it to end, by SIGTERM. Where it has ended, nothing is left to do.
--- Raises before the start.
---@return true
function process:terminate() end

--- Ends it at once, by SIGKILL. What it held is passed on as abandoned.
--- Raises before the start.
---@return true
function process:kill() end

--- Sends it a signal. Raises before the start, and when it has ended, unless
--- the signal would have ended it.
---@param number integer 0 to 64
---@return true
function process:signal(number) end

--- Stops it where it stands, until `resume`; never inside the runtime, so all
--- others can go on. Raises for the own process, before the start, and when it
--- has ended.
---@return true
function process:suspend() end

--- Lets a suspended process go on. Raises before the start, and when it has
--- ended.
---@return true
function process:resume() end

--- Raises: a thread can be cancelled; end a process by `terminate`.
function process:cancel() end

--- Command ------------------------------------------------------------------

--- A program, started without a shell, with pipes to its streams.
---
--- It is no task: it belongs to the process that made it. It cannot be sent
--- (which raises, with the path to it), and a child that inherited it can only
--- be told so.
---
--- Whatever call waits for a command, the process reads meanwhile what the
--- command writes and keeps it for later reads: so the two never wait for each
--- other with full pipes. (Of a stream that the call is not about, up to
--- 64 MiB.)
---
--- When the process that made it ends, in order, its streams are closed and
--- its end is waited for; when that process is killed, it gets SIGTERM, and
--- what it has started itself gets nothing (but see `group`). A
--- command that is collected goes on with its streams closed, and so does one
--- of `local c <close>` at the end of the block. It is never left a zombie,
--- once anything of processes or commands is looked at.
---@class tidelock.command
---@field stdin? tidelock.stream to be written to; nil unless it is a pipe
---@field stdout? tidelock.stream to be read from; nil unless it is a pipe
---@field stderr? tidelock.stream to be read from; nil unless it is a pipe
---@field pid integer
---@field name string
---@field exitcode? integer nil while it runs, and where somebody else has waited for it; what it exited with; -n when killed by signal n
local command = {}

---@alias tidelock.redirection
---| '"pipe"'    # to this process: the default of all three
---| '"inherit"' # what this process has
---| '"null"'    # nothing to read; what is written is dropped
---| '"stdout"'  # of stderr: where stdout goes
---| file*           # of io.open or io.popen
---| tidelock.stream # of another command: it is given away, and closed here

--- With `group`, the program has a process group of its own. Then
--- `terminate`, `kill`, `signal`, `suspend` and `resume` reach whatever it
--- has started and has not left the group, also when it has ended itself. At
--- this task's end, once it has ended, the rest of the group gets SIGTERM,
--- and after Ctrl-C, SIGTERM or SIGHUP to the program, or a deadlock, all of
--- it; who heeds that not within a second is killed. Where this task is
--- killed (SIGKILL, or in a plain `lua` any signal), the others of the
--- program send the group SIGTERM, of 8 such commands at a time; where nobody
--- is left, as after a SIGKILL of a main task that was alone (its daemons go
--- with it), only the command itself gets SIGTERM, and what it has started
--- goes on. Ctrl-C of a terminal does not reach it.
---@class tidelock.command.options
---@field [integer] string the program, looked for in the PATH of this process unless it has a slash; its arguments
---@field stdin? tidelock.redirection a stream here is the stdout or stderr of another command
---@field stdout? tidelock.redirection a stream here is the stdin of another command
---@field stderr? tidelock.redirection
---@field env? table<string, string> its whole environment; nil: as this process has it
---@field cwd? string the folder to start in, which a program with a slash is relative to
---@field name? string for people; else the program's, without its folders
---@field group? boolean true: in a process group of its own, whose signals and end are told above

--- Starts a program. Raises where that fails, with the system's reason:
--- `cannot start "sotr": No such file or directory`, and where `cwd` is to
--- blame `cannot start "sort" in "/nowhere": No such file or directory`.
---@param program string
---@param ... string its arguments
---@return tidelock.command
---@overload fun(options: tidelock.command.options): tidelock.command
function ipc.command(program, ...) end

--- Writes the input to its stdin, closes that, and reads stdout and stderr
--- until both and the program have ended. After `"timeout"` nothing is lost:
--- the next call goes on (without the input), or a read gives what has come.
--- A program that does not read its input is none to raise for. Raises where
--- there is input and stdin is no open pipe.
---@param input? string
---@param timeout? tidelock.seconds
---@return string? out what was not read before; `""` where it is no pipe
---@return string|"timeout" err
function command:communicate(input, timeout) end

--- Waits for its end. Without a timeout stdin is closed first: nobody could
--- write to it meanwhile.
---@param timeout? tidelock.seconds
---@return true? ended
---@return "timeout"? reason
function command:join(timeout) end

--- Waits for its end as `join` does, and returns what stdout and stderr hold,
--- which can still be read. Else `nil` and a text: `"timeout"`;
--- `"exited with status 2"`, and behind that what it wrote to stderr; or
--- `"killed by signal 9 (Killed)"`.
---@param timeout? tidelock.seconds
---@return string? out
---@return string err
function command:result(timeout) end

--- Whether it has not ended. A stopped program is alive.
---@return boolean
function command:is_alive() end

--- Asks it to end, by SIGTERM. Where it has ended, nothing is left to do.
---@return true
function command:terminate() end

--- Ends it at once, by SIGKILL.
---@return true
function command:kill() end

--- Sends it a signal. Raises when it has ended, unless the signal would have
--- ended it.
---@param number integer 0 to 64
---@return true
function command:signal(number) end

--- Stops it where it stands, until `resume`. Raises when it has ended.
---@return true
function command:suspend() end

--- Lets a suspended command go on. Raises when it has ended.
---@return true
function command:resume() end

--- One of the streams of a command. It raises once it was closed.
---@class tidelock.stream
local stream = {}

--- Reads from stdout or stderr. After `"timeout"` nothing is lost: what has
--- come is read by the next call.
---@param format? integer|"l"|"L"|"a" so many bytes, or less at the end; a line without its newline (the default), or with it; all until the end, `""` there
---@param timeout? tidelock.seconds
---@return string? data
---@return "timeout"|"closed"? reason "closed": there is no more
function stream:read(format, timeout) end

--- Writes all of it to stdin.
---@param data string
---@param timeout? tidelock.seconds
---@return true?
---@return "timeout"|"closed"? reason "closed": nobody reads it any more
---@return integer? written after "timeout": how many bytes of it
function stream:write(data, timeout) end

--- The lines until the end, without their newlines:
---
---     for line in c.stdout:lines() do
---@return fun(): string?
function stream:lines() end

--- Closes it. The program reads the end of its input; it cannot write to what
--- was closed. Twice is harmless.
---@return true
function stream:close() end
--- Thread -------------------------------------------------------------------

--- A thread of this process that runs a copy of a Lua function.
---
--- It has a Lua state of its own: globals of its own, the standard libraries,
--- modules as it requires them (by this state's `package.path` and
--- `package.cpath`), and copies of the registered metatables that can
--- travel, each one and the same with what its function captured.
--- The function and its arguments are copied at `start`, as a message is: what
--- they capture arrives as a copy, but objects are the same objects. For the
--- rest it is a task as a process is: what it holds at its end is passed on as
--- abandoned, its children are joined, its error is told as one block.
---
--- * `os.exit` ends the thread alone, and nothing can catch it.
--- * A thread cannot be ended from outside: `terminate`, `kill`, `signal`,
---   `suspend` and `resume` raise. Tell it to end, by an event or a closed
---   queue; or use a process.
--- * When the main script, or the process that it is part of, ends, threads
---   are joined; a daemon thread is left alone, and ends with the process.
--- * When its process is killed, so is the thread; what it held is passed on.
--- * It takes no signal that is sent to its process: those go to the main thread.
---   So what it sends to itself alone, as luaposix's `raise` does, never comes.
--- * Processes may be started while threads run, and by threads. A child has
---   only the thread that started it.
---@class tidelock.thread
---@field pid? integer the pid of its process; nil before the start
---@field name string
---@field daemon boolean can be set before the start only, else raises
---@field exitcode? integer nil while it runs; 0; 1 after an uncaught error; n after `os.exit(n)`; -n when its process was killed by signal n
local thread = {}

---@class tidelock.thread.options
---@field target function what the thread runs
---@field args? any[] its arguments; `n` where there are nils at the end
---@field name? string for people; else `thread-N`
---@field daemon? boolean nobody waits for its end; it may start no processes

--- A thread, not yet started. Raises where the function or an argument cannot
--- be copied, with the path: `cannot send thread.target upvalue "co": a
--- coroutine cannot leave its process`.
---@param target function what the thread runs
---@param ... any its arguments
---@return tidelock.thread
---@overload fun(options: tidelock.thread.options): tidelock.thread
function ipc.thread(target, ...) end

--- The same as `ipc.thread`, started.
---@param target function what the thread runs
---@param ... any its arguments
---@return tidelock.thread
---@overload fun(options: tidelock.thread.options): tidelock.thread
function ipc.spawn_thread(target, ...) end

--- Copies the function and its arguments as they are now, and starts. Raises
--- when it was started before, when something cannot be copied, and when tasks
--- or memory have run out.
---@return tidelock.thread self
function thread:start() end

--- Waits for its end. Raises before the start, and for the own thread.
---@param timeout? tidelock.seconds
---@return true? ended
---@return "timeout"? reason
function thread:join(timeout) end

--- Waits for its end, and returns what its function returned; else `nil` and what
--- it raised or a text, as for a process. May be asked any number of times, by several tasks.
---@param timeout? tidelock.seconds
---@return any ...
function thread:result(timeout) end

--- Whether it was started and has not ended.
---@return boolean
function thread:is_alive() end

--- Asks it to end: the call in which it waits, or its next that would, raises
--- `cancelled` there, once. Any task may ask. What need not wait goes on as ever,
--- and so does a wait that has got what it waited for: nothing is lost. By `pcall`
--- the thread can put its things in order; where it does not catch it, it ends
--- without a word on stderr, its exitcode is 1, and `t:result()` is `nil,
--- "cancelled"`. Asked again before it was told, it is told once. Raises before the
--- start.
---@return boolean asked false: it had ended
function thread:cancel() end

--- Raises: a thread ends by itself, or with its process. Ask it by `cancel`.
function thread:terminate() end

--- Raises: a thread ends by itself, or with its process. Ask it by `cancel`.
function thread:kill() end

--- Raises: signals go to whole processes.
---@param number integer
function thread:signal(number) end

--- Raises: only a whole process can be stopped.
function thread:suspend() end

--- Raises: only a whole process can be stopped.
function thread:resume() end

--- Queue --------------------------------------------------------------------

--- Messages from many writers to many readers. `#q` is `q:size()`.
---@class tidelock.queue
---@field maxsize integer how many messages it holds at most; 0: no bound
---@field order tidelock.order
---@operator len: integer
local queue = {}

---@class tidelock.queue.options
---@field maxsize? integer 0 or nil: no bound
---@field order? tidelock.order
---@field name? string for people

---@class tidelock.queue.put_options
---@field timeout? tidelock.seconds
---@field priority? number lower ones come out first; 0 where it is not given

---@param maxsize? integer 0 or nil: no bound
---@param order? tidelock.order
---@param name? string for people
---@return tidelock.queue
---@overload fun(options: tidelock.queue.options): tidelock.queue
function ipc.queue(maxsize, order, name) end

--- Puts a message; waits while the queue is full. Raises without any value,
--- for a value that cannot travel, for a priority where the order is not
--- `"priority"`, and when shared memory has run out.
---@param value any nil is a message too
---@param options? tidelock.seconds|tidelock.queue.put_options
---@return true? put
---@return "full"|"closed"|nil reason
function queue:put(value, options) end

--- The same as `put` with timeout 0.
---@param value any
---@return true? put
---@return "full"|"closed"|nil reason
function queue:try_put(value) end

--- Puts the items of a list one by one, as long as there is time. Raises as
--- `put` does; items before the one that raised have been put.
---@param list any[]
---@param timeout? tidelock.seconds for all of them
---@return integer count how many were put
---@return "full"|"closed"|nil reason why not all
function queue:put_many(list, timeout) end

--- Takes the next message; waits while there is none.
---@param timeout? tidelock.seconds
---@return any value
---@return "empty"|"closed"|nil reason `"closed"`: and all was taken
function queue:get(timeout) end

--- The same as `get` with timeout 0.
---@return any value
---@return "empty"|"closed"|nil reason
function queue:try_get() end

--- Takes several messages: waits for the first, then takes what is there. Where
--- one cannot be received, such as of a class that is not registered here, the
--- others come with the reason; it raises where there are no others.
---@param max integer how many at most
---@param timeout? tidelock.seconds for the first
---@return any[]? list
---@return "empty"|"closed"|string|nil reason
function queue:get_many(max, timeout) end

--- For `for i, value in q:items() do`: takes message after message until the
--- queue is closed and drained. `i` counts them: it comes first since a message
--- may be nil, which would end a loop whose first variable it were. So
--- `for value in q:items()` gives the counters 1, 2, 3; write
--- `for _, value in q:items()`.
---@return fun(): integer?, any
function queue:items() end

--- How many messages are in it now.
---@return integer
function queue:size() end

---@return boolean
function queue:is_empty() end

--- Never, where there is no bound.
---@return boolean
function queue:is_full() end

--- Says that a message taken from the queue has been dealt with; see `join`.
--- Raises when called more often than messages were put.
---@return true
function queue:task_done() end

--- Waits until each message that was put has been reported by `task_done`.
--- `true, "abandoned"`: a task ended between its `get` and its `task_done`, so
--- those messages do not count any more.
---@param timeout? tidelock.seconds
---@return true? done
---@return "abandoned"|"timeout"|nil reason
function queue:join(timeout) end

--- No more messages can be put. Readers drain what is left. Twice is harmless.
---@return true
function queue:close() end

--- Pipe ---------------------------------------------------------------------

--- One end of a pipe. An end that a process merely inherited and never used
--- does not keep the pipe open; one that the process's function can reach by
--- its upvalues and arguments does.
---@class tidelock.pipe
local pipe = {}

---@class tidelock.pipe.options
---@field duplex? boolean false: the first end only receives, the second sends
---@field name? string for people

--- Two connected ends. While a pipe holds less than 16 MiB of messages that way
--- (or a sixteenth of the shared memory, where that is less), `send` adds one of
--- any size; then it waits.
---@param duplex? boolean false: the first end only receives, the second sends
---@param name? string for people
---@return tidelock.pipe first
---@return tidelock.pipe second
---@overload fun(options: tidelock.pipe.options): tidelock.pipe, tidelock.pipe
function ipc.pipe(duplex, name) end

--- Sends a message to the other end; waits while the pipe is full. Raises
--- without any value, for a value that cannot travel, on an end that only
--- receives, and after `close`.
---@param value any nil is a message too
---@param timeout? tidelock.seconds
---@return true? sent
---@return "timeout"|"closed"|nil reason `"closed"`: nobody holds the other end
function pipe:send(value, timeout) end

--- Receives the next message from the other end. Raises on an end that only
--- sends, and after `close`.
---@param timeout? tidelock.seconds
---@return any value
---@return "timeout"|"closed"|nil reason `"closed"`: drained, and nobody holds the other end
function pipe:recv(timeout) end

--- Waits until `recv` would return at once: a message is there, or the pipe
--- was closed. Raises where `recv` does.
---@param timeout? tidelock.seconds
---@return boolean
function pipe:poll(timeout) end

--- This task does not use this end any more. Twice is harmless; every other
--- call raises then.
---@return true
function pipe:close() end

--- Lock ---------------------------------------------------------------------

--- Held by one task at a time. Where its holder dies, the next one gets it and
--- is told.
---@class tidelock.lock
---@field holder? string the name of the task that holds it; nil: nobody does
local lock = {}

---@class tidelock.name_option
---@field name? string for people

---@param name? string for people
---@return tidelock.lock
---@overload fun(options: tidelock.name_option): tidelock.lock
function ipc.lock(name) end

--- Waits for the lock and holds it. Raises `deadlock: ...` where this task
--- holds it already, and, without a timeout, where its holder waits for one that
--- this task holds.
---@param timeout? tidelock.seconds
---@return true? acquired
---@return "abandoned"|"timeout"|nil reason `true, "abandoned"`: its last holder died holding it, so what it protects may be half-changed
function lock:acquire(timeout) end

--- Gives the lock back. Raises where this task does not hold it.
---@return true
function lock:release() end

--- Runs a function holding the lock, gives it back whatever happens, and
--- returns what the function returns or raises what it raised. The function
--- may yield.
---@param fn function
---@param ... any its arguments
---@return any ...
function lock:with(fn, ...) end

--- Acquires the lock for a block: `local held <close> = l:hold()`. In a Lua
--- without `<close>`, call `held:release()`; what is only collected as garbage
--- keeps the lock.
---@param timeout? tidelock.seconds
---@return tidelock.hold? held
---@return "timeout"? reason
function lock:hold(timeout) end

--- A lock held by `hold`.
---@class tidelock.hold
local hold = {}

--- Gives the lock back. Twice is harmless.
function hold:release() end

--- Semaphore ----------------------------------------------------------------

--- A number of seats. Any task may release.
---@class tidelock.semaphore
---@field value integer how many seats are free now
local semaphore = {}

---@class tidelock.semaphore.options
---@field value? integer how many seats there are; 1 where it is not given
---@field bounded? boolean never above `value`; the seats of a task that dies come back
---@field name? string for people

---@param value? integer how many seats there are; 1 where it is not given
---@param bounded? boolean never above `value`; the seats of a task that dies come back
---@param name? string for people
---@return tidelock.semaphore
---@overload fun(options: tidelock.semaphore.options): tidelock.semaphore
function ipc.semaphore(value, bounded, name) end

--- Waits for a free seat and takes it. Whoever has waited long is next.
---@param timeout? tidelock.seconds
---@return true? acquired
---@return "timeout"? reason
function semaphore:acquire(timeout) end

--- Gives seats back. Raises where that would exceed the bound; none was given
--- back then.
---@param n? integer how many; 1 where it is not given
---@return true
function semaphore:release(n) end

--- Runs a function on a seat, gives it back whatever happens, and returns what
--- the function returns or raises what it raised. The function may yield.
---@param fn function
---@param ... any its arguments
---@return any ...
function semaphore:with(fn, ...) end

--- Event --------------------------------------------------------------------

--- Something that has happened, or not yet.
---@class tidelock.event
local event = {}

---@param name? string for people
---@return tidelock.event
---@overload fun(options: tidelock.name_option): tidelock.event
function ipc.event(name) end

--- It has happened: lets all waiters go, even where it is cleared at once.
---@return true
function event:set() end

--- It has not happened yet.
---@return true
function event:clear() end

---@return boolean
function event:is_set() end

--- Waits until it is set.
---@param timeout? tidelock.seconds
---@return true? set
---@return "timeout"? reason
function event:wait(timeout) end

--- Barrier ------------------------------------------------------------------

--- A place where tasks wait for each other, round after round.
---@class tidelock.barrier
---@field parties integer how many make a round
---@field waiting integer how many have arrived in this round
---@field broken boolean until `reset`, every `wait` fails
local barrier = {}

---@class tidelock.barrier.options
---@field parties integer how many make a round
---@field name? string for people

---@param parties integer how many make a round
---@param name? string for people
---@return tidelock.barrier
---@overload fun(options: tidelock.barrier.options): tidelock.barrier
function ipc.barrier(parties, name) end

--- Arrives, and waits until all parties have. The one whose time runs out
--- breaks the barrier for all others, and so does the death of one that waits.
---@param timeout? tidelock.seconds
---@return integer? place 1 to parties, in order of arrival
---@return "timeout"|"broken"|nil reason
function barrier:wait(timeout) end

--- Begins a new round, whole again; whoever waits in this one gets `"broken"`.
---@return true
function barrier:reset() end

--- Breaks the barrier.
---@return true
function barrier:abort() end

--- Value --------------------------------------------------------------------

--- One number in shared memory. Integers and floats stay what they are.
---@class tidelock.value
local value = {}

---@class tidelock.value.options
---@field init? number 0 where it is not given
---@field name? string for people

---@param init? number 0 where it is not given
---@param name? string for people
---@return tidelock.value
---@overload fun(options: tidelock.value.options): tidelock.value
function ipc.value(init, name) end

---@return number
function value:get() end

---@param x number
---@return true
function value:set(x) end

--- Adds by Lua's rules of arithmetic: nobody else writes in between.
---@param d? number what to add; 1 where it is not given
---@return number sum the new value
function value:add(d) end

--- Sets the value where it is equal to `old`; nobody else writes in between.
---@param old number
---@param new number
---@return boolean set
function value:compare_set(old, new) end

--- Sets the value to what a function makes of it; nobody else writes in
--- between. The function must return a number, and may not write the value
--- itself or yield. Where it raises, the value stays.
---@param fn fun(old: number): number
---@return number new
function value:update(fn) end

--- Latch --------------------------------------------------------------------

--- Opens for good when it has been counted down to 0.
---@class tidelock.latch
---@field count integer how much there is to count down
local latch = {}

---@class tidelock.latch.options
---@field count integer how much there is to count down
---@field name? string for people

---@param count integer how much there is to count down
---@param name? string for people
---@return tidelock.latch
---@overload fun(options: tidelock.latch.options): tidelock.latch
function ipc.latch(count, name) end

--- Counts down; never below 0.
---@param n? integer how much; 1 where it is not given
---@return true
function latch:count_down(n) end

--- Waits until the count is 0.
---@param timeout? tidelock.seconds
---@return true? open
---@return "timeout"? reason
function latch:wait(timeout) end

--- Rlock --------------------------------------------------------------------

--- A lock that its holder may acquire again; it is free after as many
--- releases.
---@class tidelock.rlock
---@field holder? string the name of the task that holds it; nil: nobody does
local rlock = {}

---@param name? string for people
---@return tidelock.rlock
---@overload fun(options: tidelock.name_option): tidelock.rlock
function ipc.rlock(name) end

--- Waits for the lock and holds it, once more where this task does already.
---@param timeout? tidelock.seconds
---@return true? acquired
---@return "abandoned"|"timeout"|nil reason `true, "abandoned"`: its last holder died holding it
function rlock:acquire(timeout) end

--- Takes back one acquire. Raises where this task does not hold it.
---@return true
function rlock:release() end

--- Runs a function holding the lock, as that of a lock does.
---@param fn function
---@param ... any its arguments
---@return any ...
function rlock:with(fn, ...) end

--- Acquires the lock for a block, as that of a lock does.
---@param timeout? tidelock.seconds
---@return tidelock.hold? held
---@return "timeout"? reason
function rlock:hold(timeout) end

--- Rwlock -------------------------------------------------------------------

--- Many readers or one writer. Whoever wants to read waits while somebody waits
--- to write.
---@class tidelock.rwlock
local rwlock = {}

---@param name? string for people
---@return tidelock.rwlock
---@overload fun(options: tidelock.name_option): tidelock.rwlock
function ipc.rwlock(name) end

--- Waits until nobody writes or waits to write, and reads. Raises where this
--- task reads or writes already.
---@param timeout? tidelock.seconds
---@return true? acquired
---@return "abandoned"|"timeout"|nil reason `true, "abandoned"`: a writer died writing
function rwlock:read(timeout) end

--- Waits until nobody reads or writes, and writes.
---@param timeout? tidelock.seconds
---@return true? acquired
---@return "abandoned"|"timeout"|nil reason
function rwlock:write(timeout) end

--- Ends the reading or writing of this task. Raises where it does neither.
---@return true
function rwlock:release() end

--- Runs a function reading, and returns what it returns or raises.
---@param fn function
---@param ... any its arguments
---@return any ...
function rwlock:with_read(fn, ...) end

--- Runs a function writing, and returns what it returns or raises.
---@param fn function
---@param ... any its arguments
---@return any ...
function rwlock:with_write(fn, ...) end

--- Condition ----------------------------------------------------------------

--- Where tasks that hold a lock give it up until another tells them to look
--- again.
---@class tidelock.condition
local condition = {}

---@class tidelock.condition.options
---@field lock? tidelock.lock one of its own where it is not given
---@field name? string for people

---@param own? tidelock.lock one of its own where it is not given
---@param name? string for people
---@return tidelock.condition
---@overload fun(options: tidelock.condition.options): tidelock.condition
function ipc.condition(own, name) end

--- Acquires the condition's lock.
---@param timeout? tidelock.seconds
---@return true? acquired
---@return "abandoned"|"timeout"|nil reason
function condition:acquire(timeout) end

--- Releases the condition's lock.
---@return true
function condition:release() end

--- Runs a function holding the condition's lock.
---@param fn function
---@param ... any its arguments
---@return any ...
function condition:with(fn, ...) end

--- Gives the lock up, waits to be notified, and takes the lock again; after a
--- timeout too. Raises where this task does not hold the lock.
---@param timeout? tidelock.seconds
---@return true? notified
---@return "abandoned"|"timeout"|nil reason
function condition:wait(timeout) end

--- Waits until the predicate, called with the lock held, returns something
--- true, and returns that.
---@param predicate fun(): any
---@param timeout? tidelock.seconds
---@return any value
---@return "timeout"? reason
function condition:wait_for(predicate, timeout) end

--- Lets exactly so many waiters go on, or all there are where they are fewer,
--- the longest-waiting first; under `tidelock explore` any of them. Raises where
--- this task does not hold the lock.
---@param n? integer how many; 1 where it is not given
---@return true
function condition:notify(n) end

--- Lets all waiters go on.
---@return true
function condition:notify_all() end

--- Array --------------------------------------------------------------------

--- Numbers of one machine type in a row: `a[i]`, `a[i] = x`, `#a`, from 1 on.
--- An index out of range raises, and a number that does not fit the type. Loops
--- of `ipairs(a)` and `pairs(a)` end behind the last element.
---@class tidelock.array
---@field type string "int8" to "int64", "uint8" to "uint64", "float", "double"
---@field [integer] number
local array = {}

---@class tidelock.array.options
---@field type string as the field of the array
---@field init integer|number[] how many elements, all 0; or a list of them
---@field name? string for people

---@param type string as the field of the array
---@param init integer|number[] how many elements, all 0; or a list of them
---@param name? string for people
---@return tidelock.array
---@overload fun(options: tidelock.array.options): tidelock.array
function ipc.array(type, init, name) end

--- Adds to an element, atomically. Integers of 64 bits wrap around; of fewer,
--- a sum that does not fit raises.
---@param i integer
---@param d number
---@return number sum
function array:add(i, d) end

--- Buffer -------------------------------------------------------------------

--- Raw shared memory; `#b` is its size. Nothing keeps a read and a write apart.
---@class tidelock.buffer
local buffer = {}

---@class tidelock.buffer.options
---@field bytes integer its size
---@field name? string for people

---@param bytes integer its size
---@param name? string for people
---@return tidelock.buffer
---@overload fun(options: tidelock.buffer.options): tidelock.buffer
function ipc.buffer(bytes, name) end

---@param offset integer from 1
---@param s string what is to be written there; raises where it does not fit
---@return true
function buffer:write(offset, s) end

---@param offset integer from 1
---@param n integer how many bytes
---@return string
function buffer:read(offset, n) end

--- Table --------------------------------------------------------------------

--- A shared table: `t.k`, `t.k = v` (nil removes the key), `#t`, `pairs(t)`.
---
--- * Each read and each write is atomic. `t.n = t.n - 1` is two, between which
---   others may write: `t:update` is one.
--- * Keys are strings, integers, floats (2.0 is the key 2) and booleans. The
---   names of the methods (`get`, `set`, `update`, `keys`) cannot be written as
---   fields: use `t:set("keys", v)` and `t:get("keys")`.
--- * Values are what travels in messages. A table within is a copy, each time
---   it is read: `t.a.b = 1` changes that copy only; use `t:update("a", ...)`,
---   or put another `ipc.table` there. Objects are the same objects.
--- * `#t` is a border, as of any table of Lua. `pairs` goes through the keys
---   that there were at its start, in the order in which they were set first,
---   and reads each value when it comes to it; what was removed meanwhile is
---   left out. `next` knows nothing of it.
--- * A table that is a value of itself is not reclaimed.
---@class tidelock.table
---@field [string|number|boolean] any
local table = {}

---@class tidelock.table.options
---@field init table the contents
---@field name? string for people

--- A table as the only argument is the contents: `ipc.table{ apples = 3 }`;
--- also `ipc.table{ name = "Ann" }`. It is the options only where it has the
--- key `init`, which is a table, and no other but `name`.
---@param init? table the contents: keys and values are copied
---@param name? string for people
---@return tidelock.table
---@overload fun(options: tidelock.table.options): tidelock.table
function ipc.table(init, name) end

--- As `t[k]`, but any key is a key.
---@param k string|number|boolean
---@return any value nil where there is no such key
function table:get(k) end

---@class tidelock.table.lifetime
---@field ttl? tidelock.seconds more than 0: the key ends by itself that long after this call

--- As `t[k] = v`, but any key is a key. Waits while another task is in an
--- update, of whatever key.
---
--- With a `ttl` the key ends by itself: from then on it is gone for every call
--- of every task, and its memory is given back by the next call for the table.
--- Setting a key without a `ttl`, by whatever call, also ends its lifetime: it
--- stays. `add` and `update` leave a key the lifetime that it has.
---@param k string|number|boolean
---@param v any nil removes the key
---@param options? tidelock.table.lifetime
---@return true
function table:set(k, v, options) end

---@class tidelock.table.add
---@field init? number what a key that is not there counts from: 0
---@field ttl? tidelock.seconds more than 0: how long after this call a key ends that is not there yet

--- Adds to the number under the key: atomic. A key that is not there is made,
--- of `init` and what is added. Raises where the value is no number. As for
--- `update`, whoever else wants to write waits.
---@param k string|number|boolean
---@param d number
---@param options? tidelock.table.add
---@return number new
function table:add(k, d, options) end

--- Sets the key to what a function makes of its value: atomic. Until it
--- returns, whoever else wants to write to this table waits, and whoever reads
--- finds the old value. What the function itself writes to the table stands; it
--- may update other keys, and may not yield. Where it raises, or its task dies,
--- the old value stays.
---@param k string|number|boolean
---@param fn fun(old: any): any nil: there was no such key; returned: removes it
---@param timeout? tidelock.seconds for its turn
---@return any new
---@return "timeout"? reason
function table:update(k, fn, timeout) end

--- The keys at this moment, in the order in which they were set first.
---@return (string|number|boolean)[]
function table:keys() end
--- Connections --------------------------------------------------------------

--- Where callers of other programs and hosts arrive.
---
--- A connection or a listener belongs to its process and cannot be sent; a
--- child that is started inherits it and may use it. Only one process at a
--- time may use a connection, and its other end sees `"closed"` when the last
--- one has closed it: close what a child has taken over. Several may accept
--- from one listener.
---@class tidelock.listener
---@field address string where it listens, with the port that was picked
---@field refused integer how many callers were turned away: by their key, or since they did not speak as a caller does, or not within five seconds
local listener = {}

---@class tidelock.listen.options
---@field key? string what both ends must know; a random one, that nobody guesses
---@field max_message? integer bytes of the largest message, either way; 64 MiB where it is not given
---@field name? string for people

--- Listens at `"unix:PATH"` or `"tcp:HOST:PORT"`; `"tcp:[::1]:8000"` for IPv6.
--- Port 0 picks one that is free. A socket file has mode 0600, is removed by
--- the process that made it, and is taken over where its listener is dead.
--- Raises where the address is in use, or is none.
---@param address string
---@param options? tidelock.listen.options
---@return tidelock.listener
function ipc.listen(address, options) end

--- Waits for a caller that speaks the protocol and, with a key, has proved that
--- it knows the key. Others are turned away, and the call goes on.
---@param timeout? tidelock.seconds
---@return tidelock.connection? connection
---@return "timeout"? reason
function listener:accept(timeout) end

--- Stops listening; connections stay.
---@return true
function listener:close() end

--- An end of a connection. What is sent must be nil, a boolean, a number, a
--- string, or a table of these; registered metatables must be known by the same
--- name at both ends. Functions and objects raise, with their path.
---
--- The key only says who may connect: what follows is neither encrypted nor
--- signed.
---@class tidelock.connection
---@field address string where it was connected to; of one that was accepted, its listener's
local connection = {}

---@class tidelock.connect.options
---@field key? string as the listener's
---@field max_message? integer as the listener's
---@field timeout? tidelock.seconds

--- Connects to a listener.
---
--- * `"unreachable"`: nobody listens there.
--- * `"refused"`: the keys differ, or only one side has one.
--- * `"broken"`: what answers is no listener; `"closed"`: it went away.
---
--- With a key it waits until the listener accepts. Without, it does not, and
--- the first recv has `"refused"` where the listener has a key. A host's name is
--- looked up by the system, which the timeout does not cut short.
---@param address string
---@param options? tidelock.connect.options
---@return tidelock.connection? connection
---@return "timeout"|"unreachable"|"refused"|"broken"|"closed"|nil reason
function ipc.connect(address, options) end

--- Sends a value. `true`: the connection has taken it, and what the network
--- does not take in time leaves, before all else, while this task waits for
--- anything, and for up to 5 seconds at its end. `"timeout"`: no part of it was
--- taken. While it waits it reads what the other end sends, as much as
--- max_message, so two ends may send at once. Raises where the value is larger
--- than max_message.
---@param value any
---@param timeout? tidelock.seconds
---@return true? sent
---@return "timeout"|"closed"|"broken"|"refused"|nil reason
function connection:send(value, timeout) end

--- Receives a value. `"closed"`: the other end was closed or its process has
--- ended. `"broken"`: what came is no message, or ended in the middle of one;
--- the third result says more. Either is final, and all that came before is
--- received first. After `"timeout"` nothing is lost.
---@param timeout? tidelock.seconds
---@return any value
---@return "timeout"|"closed"|"broken"|"refused"|nil reason
---@return string? trouble
function connection:recv(timeout) end

--- Whether recv would return at once.
---@param timeout? tidelock.seconds
---@return boolean
function connection:poll(timeout) end

--- Closes this end. Waits up to five seconds for what a send that had a timeout
--- left behind.
---@return true
function connection:close() end


--- Space --------------------------------------------------------------------

--- Objects with names that unrelated programs of one user find: made by the
--- first that asks for a name, found by the next. They live until they are
--- removed (a name that stands when the last program ends is found again).
---
---     local s = ipc.open "kitchen"
---     local orders = s.queue("orders", 10)
---
--- Each constructor takes the name first, and then what it takes elsewhere.
--- With the name alone whatever object of the kind stands there is returned;
--- with more, another size or other options than those it has raise. What is
--- to be in a new table or array is there before others can find it.
---
--- A message in a space carries objects of the space; objects of the program
--- itself raise, and so do functions, unless both sides opened the space with
--- `functions = true`. Objects of a space travel everywhere in their program.
---
--- The file is `/dev/shm/tidelock-UID-NAME`; the environment variable
--- `TIDELOCK_SPACE` sets the size of a new one (`1G`). `tidelock ls`,
--- `tidelock rm` and `tidelock ps` look after them from a terminal.
---@class tidelock.space
---@field name string
local space = {}

---@class tidelock.space.options
---@field name string letters, digits, `.`, `-` and `_`, at most 47
---@field functions? boolean whether messages may carry functions: only among programs that trust each other

--- Raises where the file is no space, damaged, another user's, or of another
--- version; and while programs of another PID namespace have it open.
---@param name string letters, digits, `.`, `-` and `_`, at most 47
---@param options? { functions?: boolean }
---@return tidelock.space
---@overload fun(address: string, options?: tidelock.far.options): tidelock.far
---@overload fun(options: tidelock.space.options): tidelock.space
function ipc.open(name, options) end

--- The objects that have a name.
---@return { name: string, kind: string, state: string }[]
function space:list() end

--- Frees the name; whoever uses the object keeps it. Without a name: removes
--- the space itself; whoever has it open keeps it, and the next `ipc.open` makes
--- a new one.
---@param name? string
---@return boolean removed whether there was one
function space:remove(name) end

---@param name string
---@param type? string
---@param init? integer|number[]
---@return tidelock.array
function space.array(name, type, init) end

---@param name string
---@param parties? integer
---@return tidelock.barrier
function space.barrier(name, parties) end

---@param name string
---@param bytes? integer
---@return tidelock.buffer
function space.buffer(name, bytes) end

---@param name string
---@param lock? tidelock.lock of the same space
---@return tidelock.condition
function space.condition(name, lock) end

---@param name string
---@return tidelock.event
function space.event(name) end

---@param name string
---@param n? integer
---@return tidelock.latch
function space.latch(name, n) end

---@param name string
---@return tidelock.lock
function space.lock(name) end

---@param name string
---@param maxsize? integer
---@param order? tidelock.order
---@return tidelock.queue
function space.queue(name, maxsize, order) end

---@param name string
---@return tidelock.rlock
function space.rlock(name) end

---@param name string
---@return tidelock.rwlock
function space.rwlock(name) end

---@param name string
---@param value? integer
---@param bounded? boolean
---@return tidelock.semaphore
function space.semaphore(name, value, bounded) end

---@param name string
---@param init? table
---@return tidelock.table
function space.table(name, init) end

---@param name string
---@param init? number
---@return tidelock.value
function space.value(name, init) end

--- Far space -----------------------------------------------------------------

--- A space on a server, for programs of several machines: the same line, with an
--- address in the place of the name.
---
---     local s = ipc.open "redis://lab/kitchen"
---     local orders = s.queue("orders", 10)
---
--- `redis://[USER[:PASSWORD]@]HOST[:PORT]/SPACE`; `rediss://` is encrypted, and
--- the server's certificate is checked; `redis+unix:PATH/SPACE` is a socket of
--- this machine. The server is Redis 7 or Valkey; `tidelock engine start` runs
--- one. With `TIDELOCK_ENGINE`, an address without a space, `ipc.open "kitchen"`
--- is there. A password is best in a file of mode 600, its first line, which
--- `password_file` or `TIDELOCK_PASSWORD_FILE` names: for addresses without one.
---
--- Its objects have the names, results and errors of those of a space of this
--- machine, but each call is a request over the network: a thousand times
--- slower. Send many messages at once (`put_many`, `get_many`), and let the
--- engine count (`value:add`, `table:add`).
---
--- * `lost`: the server has not heard of this process for a whole lease (a cut
---   cable, a stopped process), and what it held belongs to others now; or the
---   server has forgotten everything, since it keeps nothing on disk or was
---   emptied. Every call raises so, and says which. `forgot`: the server came back without its last moments.
---   Nothing is lost in silence: look at what was half done, and open the space
---   again.
--- * A server that cannot be reached is waited for, as long as the lease lasts;
---   a call with a timeout returns `nil, "timeout"`, and is not done later: a
---   server that hung refuses it when it goes on. Where the server had done it,
---   and only the answer did not come, the task's next call takes it back: the
---   lock, the seat, the message that was taken, and the message that was put,
---   unless somebody has that by then; so where a put or a send cannot know, nor
---   `table:update`, words follow: `nil, "timeout", why`. A call without a timeout waits until it
---   is done, or raises `lost`, and may then have been done.
--- * A function for a signal, or a callback of a pool, that runs while its task
---   waits for something there: if it asks the server and waits, the next in line
---   goes before; while it computes, or waits for something of this machine, what
---   its task was granted meanwhile (a lock, a message) stays with that. So let it
---   not wait for a task that waits for just that: nobody could tell.
--- * Functions, objects of the program itself, arrays and buffers do not go
---   there; they raise, and say what to do instead.
--- * `value:update` and `table:update` may call their function again, where
---   another task has written meanwhile.
--- * `s:remove()` removes all objects; the space stays.
---
--- `tidelock ls`, `rm`, `ps` and `top` take an address too.
---@class tidelock.far : tidelock.space
local far = {}

---@class tidelock.far.options
---@field lease? tidelock.seconds how long the server keeps what a process holds that it does not hear of; that of the first process counts for all: 10
---@field on_lost? '"raise"'|'"kill"' kill: the process ends itself just before others get what it held
---@field insecure? boolean lets a password go unencrypted over a network
---@field password_file? string a file of mode 600 with the server's password: that of TIDELOCK_PASSWORD_FILE
---@field ca? string file of the certificates that are trusted, where not the system's

--- Two connected ends, both of a name: `local a, b = s.pipe "line"`; one program
--- uses the first, another the second. The program that makes the pipe has both
--- ends open, others those that they have used, until they close them or end.
---@param name string
---@param duplex? boolean false: the first end only receives, the second sends
---@return tidelock.pipe first
---@return tidelock.pipe second
function far.pipe(name, duplex) end

---@class tidelock.far.queue.options
---@field maxsize? integer 0 or nil: no bound
---@field order? tidelock.order
---@field redeliver? boolean

---@param name string
---@param maxsize? integer 0 or nil: no bound
---@param order? tidelock.order
---@param redeliver? boolean what a process has got and not reported by `task_done` goes back, before all else, where it dies
---@return tidelock.queue
---@overload fun(name: string, options: tidelock.far.queue.options): tidelock.queue
function far.queue(name, maxsize, order, redeliver) end

--- A pool for all programs of the space. Its workers are those that are started
--- by `tidelock worker ADDRESS --allow MODULE,...`, on any machine; what they run
--- are functions of modules that both sides have, by name: a closure raises, and
--- tells the way out. A task whose worker dies, with its process, host or cable,
--- is run again, and its result counts once.
---@param name string
---@param retry? integer how often a task is run again whose worker died
---@param queue? integer how many tasks may wait for a worker; nil or 0: any number
---@return tidelock.pool
function far.pool(name, retry, queue) end

---@class tidelock.far.task
---@field name string
---@field waits? string what for: `acquire lock "salt"`
---@field since? number seconds it has waited

---@class tidelock.far.member
---@field host string
---@field pid integer
---@field program string
---@field name string
---@field lease number seconds until the server takes it for dead, unless it hears of it
---@field tasks tidelock.far.task[]

--- The processes that have the space open.
---@return tidelock.far.member[]
function far:members() end

--- A lock, rlock or rwlock of a far space.
---@class tidelock.far.lock : tidelock.lock
---@field token? integer grows from holder to holder, and never repeats: give it to what is outside of the space (a file, a database), which refuses a smaller one than it has seen; nil: this task does not hold it

--- Pool ---------------------------------------------------------------------

--- Worker processes that run tasks. A task is any function, closures too: its
--- code is sent once, its variables as they are at the call, with each task (of
--- a map: with each job). Workers are daemons: they end with their owner, and
--- may not start processes.
---
--- * Only the process that made a pool can use it.
--- * A task's error is raised where its result is asked for: text with the
---   worker's name and a traceback, any other value as it is, where it travels.
--- * A worker that dies is replaced, whenever the owner waits in any call or
---   calls the pool. The task in its hands runs again, `retry` times; then it
---   fails with how the worker died.
--- * A pool that is collected is terminated, and so is one whose process ends.
---@class tidelock.pool
---@field workers integer how many
local pool = {}

---@class tidelock.pool.options
---@field workers? integer how many; nil: `ipc.cpu_count()`
---@field initializer? function run in each worker before its first task; where it raises, the next call of the pool does
---@field initargs? any[] its arguments
---@field max_tasks? integer after so many tasks a worker leaves, and is replaced
---@field retry? integer how often a task is run again whose worker died
---@field queue? integer how many tasks may wait for a worker (of a map: jobs); whoever gives one more waits for room. nil or 0: any number
---@field name? string for people; the workers are NAME-worker-1 and so on

---@param workers? integer how many; nil: `ipc.cpu_count()`
---@param initializer? function run in each worker before its first task
---@param initargs? any[] its arguments
---@param max_tasks? integer after so many tasks a worker leaves
---@param retry? integer how often a task is run again whose worker died
---@param name? string for people
---@param queue? integer how many tasks may wait; nil or 0: any number
---@return tidelock.pool
---@overload fun(options: tidelock.pool.options): tidelock.pool
function ipc.pool(workers, initializer, initargs, max_tasks, retry, name, queue) end

---@class tidelock.pool.map.options
---@field chunk? integer items a job
---@field progress? boolean on a terminal, a line on stderr shows how far it is

--- `fn(item)` for each item of a list: the first result of each, in order. The
--- first error stops what has not begun, and is raised at once.
---@param fn function
---@param list any[]
---@param chunk? integer|tidelock.pool.map.options items a job; nil: four jobs for each worker
---@return any[] results
function pool:map(fn, list, chunk) end

--- The same with a list of arguments for each call.
---@param fn function
---@param lists any[][]
---@param chunk? integer|tidelock.pool.map.options
---@return any[] results
function pool:starmap(fn, lists, chunk) end

--- `for i, result in pool:imap(fn, list) do`: in order, each as soon as it is
--- there. An iterator is asked for a few items a worker ahead, no more. An error
--- is raised when its item's turn comes.
---@param fn function
---@param source any[]|fun(): any a list, or an iterator that ends with nil
---@param chunk? integer items a job; nil: 1
---@return fun(): integer, any
function pool:imap(fn, source, chunk) end

--- The same in the order in which they end; `i` is the item's place.
---@param fn function
---@param source any[]|fun(): any
---@param chunk? integer
---@return fun(): integer, any
function pool:imap_unordered(fn, source, chunk) end

--- Runs `fn(...)` in a worker and waits for its results.
---@param fn function
---@param ... any
---@return any ...
function pool:apply(fn, ...) end

--- Runs `fn(...)` in a worker. Where the pool has a `queue`, waits for room in
--- it, as all calls that give tasks do; callbacks run meanwhile. A task that is
--- run again, since its worker died, waits beside those.
---@param fn function
---@param ... any
---@return tidelock.future
function pool:submit(fn, ...) end

--- The same, but it does not wait for room: see `queue` of the pool's options.
---@param fn function
---@param ... any
---@return tidelock.future? future
---@return "full"? reason
function pool:try_submit(fn, ...) end

--- The same as submit with callbacks, which run in the owner, whenever it waits in any
--- call of this API, and never one inside another; that of a task has run before
--- its future says that it is ready, except to another callback. What a callback
--- raises is printed on stderr, and nothing else comes of it.
---@param fn function
---@param args? any[] the arguments; with `n`, nils too
---@param callback? fun(...: any) gets the results
---@param on_error? fun(error: any) gets the error
---@return tidelock.future
function pool:apply_async(fn, args, callback, on_error) end

--- As `map`, at once: the future's one result, and the callback's, is the list.
---@param fn function
---@param list any[]
---@param chunk? integer
---@param callback? fun(results: any[])
---@param on_error? fun(error: any)
---@return tidelock.future
function pool:map_async(fn, list, chunk, callback, on_error) end

--- No more tasks; workers end when all that were given have.
---@return true
function pool:close() end

--- Waits until all workers have ended and the callbacks that are due have run.
--- Raises before `close` or `terminate`.
---@param timeout? tidelock.seconds
---@return true?
---@return "timeout"? reason
function pool:join(timeout) end

--- Kills all workers; what they have not done fails.
---@return true
function pool:terminate() end

--- Future -------------------------------------------------------------------

--- What a task will have returned. It stays in its process. One that is dropped
--- does not cancel its task.
---@class tidelock.future
local future = {}

--- The results of the task; raises what it raised, or `cancelled`.
---@param timeout? tidelock.seconds
---@return any ... nil where the time ran out
---@return "timeout"? reason
function future:get(timeout) end

---@param timeout? tidelock.seconds
---@return true?
---@return "timeout"? reason
function future:wait(timeout) end

---@return boolean ready whether the task has ended, somehow
function future:is_ready() end

--- Raises before it is ready.
---@return boolean ok whether it returned
function future:is_ok() end

--- A task that waits never starts; of one that runs, the worker is killed and
--- replaced.
---@return boolean cancelled false: it had ended
function future:cancel() end

return ipc
