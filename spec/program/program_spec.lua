-- The `tidelock` program as a shell sees it: output, messages, exit status.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local tidelock = os.getenv "TIDELOCK" or "./tidelock"

local function quoted(word)
   return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function write_file(text)
   local path = files.write(os.tmpname(), text)
   return path
end

-- Runs a command line in which `tidelock` is the program; returns what it
-- wrote to stdout, to stderr, and its exit status.
local function run(line, input)
   local out, err, source = os.tmpname(), os.tmpname(), write_file(input or "")
   local command = ("tidelock() { env --default-signal=INT,QUIT %s \"$@\"; }; { %s; } <%s >%s 2>%s"):format(
      tidelock, line, source, out, err)
   local _, _, status = os.execute("unset LUA_INIT; " .. command)
   local output, errors = files.read(out), files.read(err)
   os.remove(out)
   os.remove(err)
   os.remove(source)
   return output, errors, status
end

-- As run, for a script given as text; `first` and `arguments` around its path.
local function run_script(text, first, arguments)
   local path = write_file(text)
   local output, errors, status = run(("tidelock %s %s %s"):format(
      first or "", quoted(path), arguments or ""))
   os.remove(path)
   return output, errors, status, path
end

describe("a script", function()
   for _, first in ipairs{ "", "run" } do
      it("gets its arguments, called by " .. (first == "" and "its path" or first), function()
         local output, _, status, path = run_script("print(arg[0], arg[2], ...)", first, "a b")
         assert.equal(path .. "\tb\ta\tb\n", output)
         assert.equal(0, status)
      end)
   end

   it("comes from standard input where none is named", function()
      assert.equal("3\n", (run("tidelock", "print(1 + 2)")))
      assert.equal("x\n", (run("tidelock - x", "print(...)")))
   end)

   it("has the module and the C modules of plain Lua", function()
      local _, errors, status = run [[tidelock -l tidelock -l json=cjson -e 'assert(json.encode and tidelock.queue)']]
      assert.equal("", errors)
      assert.equal(0, status)
   end)

   it("that fails ends with a traceback and status 1", function()
      local _, errors, status, path = run_script "error 'salt is out'"
      assert.matches("^tidelock: " .. path:gsub("%p", "%%%0") .. ":1: salt is out\nstack traceback:\n", errors)
      assert.equal(1, status)
   end)

   it("with a syntax error is told by file and line", function()
      local _, errors, status, path = run_script "local x\nx = = 1"
      assert.equal("tidelock: " .. path .. ":2: unexpected symbol near '='\n", errors)
      assert.equal(1, status)
   end)

   it("that is not there is told with the way out", function()
      local _, errors, status = run "tidelock nothere.lua"
      assert.matches("^tidelock: cannot open nothere.lua", errors)
      assert.matches("tidelock --help", errors, 1, true)
      assert.equal(1, status)
   end)

   it("chooses the exit status", function()
      assert.equal(7, (select(3, run "tidelock -e 'os.exit(7)'")))
   end)
end)

describe("an option", function()
   it("that is unknown shows the usage", function()
      local _, errors, status = run "tidelock --lable"
      assert.matches("^tidelock: unknown option '%-%-lable'[^\n]*\nusage: ", errors)
      assert.equal(1, status)
   end)

   it("without its argument says so", function()
      local _, errors, status = run "tidelock -e"
      assert.matches("^tidelock: '%-e' needs an argument\n", errors)
      assert.equal(1, status)
   end)

   it("-v tells the versions", function()
      assert.matches("^Tidelock %d+%.%d+%.%d+ %(" .. _VERSION, (run "tidelock -v"))
   end)

   it("-E ignores LUA_INIT, which else runs first", function()
      assert.equal("first\n2\n", (run [[LUA_INIT='print "first"' tidelock -e 'print(2)']]))
      assert.equal("2\n", (run [[LUA_INIT='print "first"' tidelock -E -e 'print(2)']]))
   end)
end)

describe("--label", function()
   it("puts time and task before each line, however it is printed", function()
      local output = run_script([[
         local ipc = require "tidelock"
         print "one\ntwo"
         io.write("thr", "ee\n")
         local function eat() io.stdout:write "four\n" end
         ipc.process{ target = eat, name = "eater" }:start():join()]], "--label")
      local lines = {}
      for line in output:gmatch "[^\n]+" do
         lines[#lines + 1] = line:gsub("^ +%d+%.%d%d%d ", "")
      end
      assert.same({ "main         one", "main         two", "main         three", "eater        four" }, lines)
   end)
end)

describe("--label", function()
   it("stays before a line that is written over, as progress is shown", function()
      local output = run_script([[io.write "10%\r20%\r\n\rx\r" io.write "y\n"]], "--label")
      assert.equal("main         10%\rmain         20%\r\nmain         \rmain         x\rmain         y\n",
         (output:gsub(" +%d+%.%d%d%d ", "")))
   end)
end)

describe("the REPL", function()
   it("prints values, goes on after errors, and has ipc", function()
      local output, errors, status = run("tidelock -i", [[
1 + 1
for i = 1, 2 do
  print(i) end
error "spilt"
nil, ipc.queue ~= nil
]])
      assert.equal("2\n1\n2\nnil\ttrue\n", output)
      assert.matches("^tidelock: stdin:1: spilt\nstack traceback:\n", errors)
      assert.equal(0, status)
   end)

   it("shows a chunk that never ends as an error", function()
      local _, errors = run("tidelock -i", "print(")
      assert.matches("near <eof>\n$", errors)
   end)

   it("goes on after a deadlock of all tasks", function()
      local output, errors = run("tidelock -i", "ipc.queue():get()\n'still here'\n")
      assert.matches("deadlock", errors)
      assert.equal("still here\n", output)
   end)
end)

describe("Ctrl-C", function()
   -- what a script does when the signal comes: where it calls `there`, or else once it is asleep
   local moments = {
      ["in a loop"] = "while true do there() end",
      ["in a loop that catches errors"] = "while true do pcall(function() while true do there() end end) end",
      ["in a loop in a coroutine"] = "coroutine.wrap(function() while true do there() end end)()",
      ["in a blocking call"] = "ipc.sleep(60)",
      ["in a protected blocking call"] = "pcall(ipc.sleep, 60) print 'goes on'",
      ["at the end, with a child to join"] = "",
   }
   for moment, code in pairs(moments) do
      it("ends the program and its children " .. moment, function()
         local output, errors, status = run_script([[
            local ipc = require "tidelock"
            local main, reached, told = ipc.current(), ipc.event(), false
            local function there()
               if not told then
                  told = true
                  reached:set()
               end
            end
            local child = ipc.spawn(function(loops)
               if loops then reached:wait() else dofile "spec/support/asleep.lua" "main" end
               main:signal(2)
               ipc.sleep(60)
            end, ]] .. tostring(code:find "there" ~= nil) .. [[)
            print(child.pid)
            ]] .. code)
         assert.equal("tidelock: interrupted\n", errors)
         assert.equal(130, status)
         local pid = output:match "^(%d+)\n$"
         assert(pid, output)
         assert.equal("", io.popen("ps -o stat= -p " .. pid):read "a")
      end)
   end

   -- the script prints pids and "ready"; what is left of it when it has ended by the signal
   local function left(code)
      return shell.run(([[
         cat >"$0" <<'END'
         %s
END
         env --default-signal=INT TIDELOCK_TASKS=100 %s "$0" >"$0.out" 2>"$0.err" & main=$!
         until grep -q ready "$0.out" 2>/dev/null; do sleep 0.01; done
         kill -INT $main
         wait $main
         echo status $?
         for pid in $(grep -v ready "$0.out"); do kill -0 $pid 2>/dev/null && echo $pid is left; done
         ps -ww -eo stat=,args= | grep "^[^Z].*$0$" | grep -v grep
         rm "$0" "$0.out" "$0.err"
      ]]):gsub("%$0", os.tmpname()):format(code, shell.tidelock))
   end

   it("leaves nobody, not even one that the kernel has not done with", function()
      assert.equal("status 130\n", (left[[
         local ipc = require "tidelock"
         for _ = 1, 20 do print(ipc.spawn(function() while true do end end).pid) end
         print "ready"
         ipc.sleep()
      ]]))
   end)

   it("leaves nobody where the killed were forking", function()
      assert.equal("status 130\n", (left[[
         local ipc = require "tidelock"
         local function hop() ipc.spawn(hop) ipc.sleep() end
         for _ = 1, 4 do pcall(ipc.spawn, hop) end -- there may be no room any more
         print "ready"
         ipc.sleep()
      ]]))
   end)

   it("leaves no child that has become another program", function()
      if not pcall(require, "posix.unistd") then return pending "luaposix is not installed for this Lua" end
      assert.equal("status 130\n", (left[[
         local ipc, unistd = require "tidelock", require "posix.unistd"
         local child = ipc.spawn(function() unistd.exec("/bin/sleep", { "60" }) end)
         local function name()
            local file = io.open("/proc/" .. child.pid .. "/comm")
            return file:read(), file:close()
         end
         repeat ipc.yield() until name() == "sleep"
         print(child.pid)
         print "ready"
         ipc.sleep()
      ]]))
   end)

   it("leaves nobody whom a thread would start while stderr is full", function()
      assert.equal("status 130\n", (shell.run(([[
         cat >"$0" <<'END'
         local ipc = require "tidelock"
         for _ = 1, 2 do
            ipc.thread{ target = function()
               local ipc, started = require "tidelock", {}
               while true do
                  started[#started + 1] = ipc.spawn(function() ipc.sleep(60) end)
                  if #started > 3 then
                     local p = table.remove(started, 1)
                     p:kill()
                     p:join()
                  end
               end
            end }:start()
         end
         print "ready"
         io.stderr:write(("x"):rep(65530))
         while true do end
END
         mkfifo "$0.err"
         { sleep 2; cat >/dev/null; } <"$0.err" & reader=$!
         env --default-signal=INT %s "$0" >"$0.out" 2>"$0.err" & main=$!
         until grep -q ready "$0.out" 2>/dev/null; do sleep 0.01; done
         sleep 0.3
         kill -INT $main
         wait $main
         echo status $?
         ps -ww -eo pid=,stat=,args= | grep " [^Z][^ ]* .*$0$" | grep -v grep | while read -r pid rest; do
            echo $pid is left
            kill -KILL $pid
         done
         wait $reader
         rm "$0" "$0.out" "$0.err"
      ]]):gsub("%$0", os.tmpname()):format(shell.tidelock))))
   end)

   it("ends a script that has not required the module", function()
      assert.equal("status 130\n", (left "print 'ready' while true do end"))
   end)

   it("in a REPL stops the chunk alone", function()
      local output, errors = run("tidelock -i", [[
main, there, told = ipc.current(), ipc.event(), false
ipc.spawn(function() there:wait() main:signal(2) end) while true do if not told then told = true there:set() end end
"next"
]])
      assert.equal("tidelock: interrupted!\n", errors)
      assert.equal("next\n", output)
   end)
end)
