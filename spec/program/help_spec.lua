-- Help, man page and completions: what the program accepts, which is found by asking it, is in all of them.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local sources = dofile "spec/support/architecture/sources.lua"
local program = shell.tidelock

local function there(tool) return (select(3, shell.run("command -v " .. tool)) == 0) end

-- The lines that a shell loop prints; in it $word is each of the words.
local function each(words, body)
  local out = shell.run(("for word in %s; do %s; done"):format(table.concat(words, " "), body), 120)
  local list = {}
  for line in out:gmatch "[^\n]+" do list[#list + 1] = line end
  return list
end

-- Those of all words in quotes in the sources that have a help of their own.
local function accepted_commands()
  local words, known = {}, {}
  for _, path in ipairs(sources.lines "ls bindings/program/*.c") do
    for word in sources.read(path):gmatch '"(%l%l+)"' do
      if not known[word] then words[#words + 1] = word end
      known[word] = true
    end
  end
  return each(words, program .. " $word --help </dev/null 2>/dev/null | grep -q ^usage: && echo $word")
end

local folder

-- Those of all letters, and of all that looks like a long option in the program's file, that the command accepts.
local function accepted_options(command)
  local words, known = {}, {}
  for letter in ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"):gmatch "." do
    words[#words + 1] = "-" .. letter
  end
  for word in sources.read(program):gmatch "%f[-%w]%-%-%l[%l-]+" do
    if not known[word] then words[#words + 1] = word end
    known[word] = true
  end
  -- in the folder, where an option may leave a file
  return each(words, ("cd %s; %s %s $word </dev/null 2>&1 | grep -q unknown || echo $word"):format(folder, program,
    command))
end

local commands, options

setup(function()
  folder = shell.run("mktemp -d"):match "%S+"
  local _, err, status = shell.run(("%s bindings/docs/program.lua %s"):format(program, folder))
  assert.equal(0, status, err)
  commands, options = accepted_commands(), {}
  for _, command in ipairs(commands) do options[command] = accepted_options(command) end
end)

teardown(function() os.execute("rm -rf " .. folder) end)

local function contents(name)
  return files.read(folder .. "/" .. name)
end

-- Calls has(command, option) for all; it must be true.
local function for_all(has)
  for _, command in ipairs(commands) do
    for _, option in ipairs(options[command]) do
      assert.truthy(has(command, option), ("%s %s"):format(command, option))
    end
  end
end

local function script_of(name, text)
  files.write(folder .. "/" .. name, text)
  return folder .. "/" .. name
end

-- What the completion for bash offers for the last of the words.
local function bash(...)
  local words = { program, ... }
  for i, word in ipairs(words) do words[i] = "'" .. word .. "'" end
  local path = script_of("try.bash", ("source %s/tidelock.bash\nCOMP_WORDS=(%s)\nCOMP_CWORD=%d\n_tidelock %s\n" ..
    'printf "%%s\\n" "${COMPREPLY[@]}"\n'):format(folder, table.concat(words, " "), #words - 1, program))
  local out, err = shell.run("bash " .. path)
  assert.equal("", err)
  local list = {}
  for line in out:gmatch "[^\n]+" do list[#list + 1], list[line] = line, true end
  return list
end

local function count(list) return #list end

describe("the program", function()
  it("has commands, and options of them", function()
    assert.truthy(#commands >= 7, table.concat(commands, " "))
    assert.truthy(count(options.run) >= 11 and count(options.explore) >= 13 and count(options.ps) == 2)
  end)
end)

-- Whether the option is in the text as a word.
local function names(text, option)
  return ("\n" .. text):find("[ ,\n]" .. option:gsub("%-", "%%-") .. "[ ,%[\n]")
end

describe("--help", function()
  local function help(command) return (shell.run(("%s help %s"):format(program, command))) end

  it("has all commands, and the program's own options", function()
    local text = shell.run(program .. " --help")
    assert.equal(text, help "")
    for _, command in ipairs(commands) do assert.truthy(text:find("\n  " .. command .. " "), command) end
    for _, option in ipairs(options.run) do assert.truthy(names(text, option), option) end
  end)

  it("of a command has its options, and is the same in three ways", function()
    local texts = {}
    for _, command in ipairs(commands) do
      texts[command] = help(command)
      assert.equal(texts[command], (shell.run(("%s %s --help"):format(program, command))))
      assert.equal(texts[command], (shell.run(("%s %s -h"):format(program, command))))
    end
    for_all(function(command, option) return names(texts[command], option) end)
  end)

  it("has no option that is not accepted", function()
    for _, command in ipairs(commands) do
      local known = {}
      for _, option in ipairs(options[command]) do known[option] = true end
      for line in help(command):gmatch "\n  (%-[^\n]*)" do
        for option in (line:match "^.-  " or line):gmatch "%-%-?%w[%w-]*" do
          assert.truthy(known[option], command .. " " .. option)
        end
      end
    end
  end)

  it("fits a terminal of 80 columns", function()
    for line in help "explore":gmatch "[^\n]+" do assert.truthy(#line <= 80, line) end
  end)
end)

describe("the man page", function()
  it("has all commands and options", function()
    local page = contents "tidelock.1":gsub("\\%-", "-")
    for_all(function(command, option)
      local section = (page .. ".SS "):match("\n%.SS " .. command .. "\n(.-)\n%.S[SH] ")
      return section:find("\\fB" .. option .. "\\fR", 1, true)
    end)
  end);

  it("has each variable of the environment that is read", function()
    local page = contents "tidelock.1"
    local variables = sources.lines [[grep -rhoE 'getenv ?\(?"TIDELOCK_[A-Z_]+' runtime bindings | cut -d '"' -f 2]]
    for _, name in ipairs(variables) do assert.truthy(page:find("\\fB" .. name .. "\\fR", 1, true), name) end
    assert.truthy(#variables >= 7)
  end);

  (there "groff" and it or pending)("is clean for groff", function()
    local _, err, status = shell.run(("groff -ww -man -Tutf8 %s/tidelock.1"):format(folder))
    assert.same({ "", 0 }, { err, status })
  end);

  (there "man" and it or pending)("is read by man", function()
    local out, err = shell.run(("MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l %s/tidelock.1"):format(folder))
    assert.equal("", err)
    assert.truthy(out:find "TIDELOCK%(1%)" and out:find "tidelock explore %[options%] script %[arguments%]")
  end)
end)

describe("bash", function()
  it("is offered all commands and options", function()
    local first = bash ""
    for _, command in ipairs(commands) do assert.truthy(first[command], command) end
    local offered = {}
    for _, command in ipairs(commands) do offered[command] = bash(command, "-") end
    for_all(function(command, option) return offered[command][option] end)
    assert.truthy(bash "--l" ["--label"])
  end)

  it("is offered scripts, behind options and their values", function()
    for _, words in ipairs{ {}, { "--label" }, { "run", "--steps", "f" }, { "explore" }, { "explore", "--runs", "5" },
      { "explore", "--runs", "=", "5", "--all" }, { "--sim", "=", "3" }, { "replay", "--json", "f" } } do
      words[#words + 1] = "scripts/tick"
      assert.same({ "scripts/tickets.lua" }, { bash(table.unpack(words))[1] }, table.concat(words, " "))
    end
  end)

  it("is offered files where an option takes one, and else nothing", function()
    assert.same({ "README.md" }, { table.unpack(bash("--steps", "READM")) })
    assert.same({ "README.md" }, { table.unpack(bash("--steps", "=", "READM")) })
    assert.same({ "README.md" }, { table.unpack(bash("explore", "-o", "READM")) })
    assert.same({}, bash("explore", "--runs", ""))
    assert.same({}, bash("-e", ""))
  end)

  it("is offered no options behind the script, but files", function()
    assert.same({}, bash("explore", "a.lua", "--"))
    assert.same({ "README.md" }, { table.unpack(bash("a.lua", "READM")) })
    assert.same({}, bash("ls", "a", ""))
  end)

  it("is offered options behind other words, too, where they may stand there", function()
    for _, words in ipairs{ { "timeline", "a.tltrace", "--ht" }, { "timeline", "--from", "1ms", "a.tltrace", "--ht" },
      { "lab", "check", "till", "--ht" } } do
      assert.same({ "--html" }, { table.unpack(bash(table.unpack(words))) })
    end
    assert.same({ "README.md" }, { table.unpack(bash("timeline", "a.tltrace", "--html", "READM")) })
    assert.same({ "--allow" }, { table.unpack(bash("worker", "redis://lab/kitchen", "--al")) })
  end)

  it("is offered spaces, and the objects of one", function()
    local name = "help-spec-" .. folder:match "%w+$"
    shell.script(('local s = require "tidelock".open %q s.queue "orders" s.lock "the till"'):format(name))
    finally(function() os.execute(("%s rm %s"):format(program, name)) end)
    for _, command in ipairs{ "ps", "ls", "rm" } do
      assert.same({ name }, { table.unpack(bash(command, name:sub(1, -3))) })
    end
    assert.same({ "the\\ till", "orders" }, { table.unpack(bash("rm", name, "")) })
    assert.same({ "the\\ till" }, { table.unpack(bash("rm", name, "th")) })
  end)
end)

-- Of the commands that have some: the words behind the name that are accepted, which the refusal of another one lists.
describe("a command with subcommands", function()
  local words = {}

  setup(function()
    local _, err = shell.run(program .. " lab zzzzzzzz")
    for word in (err:match "there are ([^\n]*)" or ""):gmatch "%l+" do words[#words + 1] = word end
    assert.truthy(#words >= 11, err)
  end)

  it("has all in its help, the man page and the completions", function()
    local text, page, first = shell.run(program .. " lab --help"), contents "tidelock.1", bash("lab", "")
    local section = page:match "\n%.SS lab\n(.-)\n%.S[SH] "
    local case = contents "_tidelock":match "\n        lab%)\n(.-)\n            ;;"
    for _, word in ipairs(words) do
      assert.truthy(text:find("\n  " .. word .. " "), word)
      assert.truthy(section:find("\\fB" .. word .. "\\fR", 1, true), word)
      assert.truthy(first[word], word)
      assert.truthy(case:find("[( ]" .. word .. "\\:"), word)
    end
  end)

  it("is offered options behind the subcommand, and the labs", function()
    assert.truthy(bash("lab", "check", "--d")["--deep"])
    assert.same({ "tickets" }, { bash("lab", "check", "tick")[1] })
    assert.is_nil(bash("lab", "check", "o").of) -- "0 of 27 done" is no lab
    assert.same({ "tickets" }, { bash("lab", "check", "--seed", "3", "tick")[1] })
  end)
end)

describe("zsh", function()
  local test = there "zsh" and it or pending

  test("can read its completion", function()
    local _, err, status = shell.run(("zsh -n %s/_tidelock"):format(folder))
    assert.same({ "", 0 }, { err, status })
  end)

  test("is offered the labs, and nothing else that their list says", function()
    local path = script_of("try.zsh", ([[
      _arguments() { }
      source %s/_tidelock
      setopt extendedglob
      _call_program() { shift; eval "$*" }
      _wanted() { print -rl -- $labs }
      _files() { }
      program=%s
      _tidelock_labs]]):format(folder, program))
    local out, err = shell.run("zsh -f " .. path)
    assert.equal("", err)
    assert.matches("tickets\n", out)
    assert.is_nil(out:find("\nof\n", 1, true))
  end)

  test("is given all commands and options", function()
    local path = script_of("try.zsh", ([[
      _arguments() { print -rl -- "$@" }
      _describe() { print -rl -- $commands }
      words=(tidelock $1 '') CURRENT=3
      source %s/_tidelock
      _tidelock_commands]]):format(folder))
    local given = {}
    for _, command in ipairs(commands) do
      local out, err = shell.run(("zsh -f %s %s"):format(path, command))
      assert.equal("", err)
      given[command] = out
      for _, other in ipairs(commands) do assert.truthy(out:find("\n" .. other .. ":", 1, true), other) end
    end
    for_all(function(command, option)
      return given[command]:find("\n%*?" .. option:gsub("%-", "%%-") .. "[=+-]*%[")
    end)
  end)

  it("has all commands and options in its file", function()
    local text = contents "_tidelock"
    for_all(function(command, option)
      local case = text:match("\n        " .. command .. "%)\n(.-)\n            ;;")
      return case:find("'%*?" .. option:gsub("%-", "%%-") .. "[=+-]*%[")
    end)
  end)
end)

describe("a word that is unknown", function()
  local function says(words, text)
    local out, err, status = shell.run(("%s %s"):format(program, words))
    assert.equal("", out)
    assert.truthy(status == 1 or status == 2)
    assert.truthy(err:find(text, 1, true), err)
  end

  it("is told with the option that was perhaps meant", function()
    says("--lable", "tidelock: unknown option '--lable'; did you mean '--label'?\nusage: tidelock [options]")
    says("run --stesp=x", "unknown option '--stesp=x'; did you mean '--steps'?")
    says("explore --run 5 x.lua", "unknown option '--run'; did you mean '--runs'?\nusage: tidelock explore")
    says("ps --hlep", "unknown option '--hlep'; did you mean '--help'?\nusage: tidelock ps")
    says("--nothing-like-it", "unknown option '--nothing-like-it'\nusage: ")
  end)

  it("is told with the command that was perhaps meant", function()
    says("exlpore x.lua", "cannot open exlpore: No such file or directory; did you mean tidelock explore?")
    says("help rnu", "unknown command 'rnu'; did you mean run?")
    says("help nothing", "unknown command 'nothing'; there are: ")
    says("help ls rm", "one command at a time")
  end)

  it("of a tool that begins with a minus may stand behind --", function()
    says("rm -- -x", "tidelock rm: -x: there is no such space")
  end)
end)

describe("run", function()
  it("has its options on both sides", function()
    assert.equal("1\n2\n", (shell.run(program .. [[ -e "print(1)" run -e "print(2)"]])))
  end)
end)
