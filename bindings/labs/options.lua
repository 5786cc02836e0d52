--- Options: the command lines of `tidelock lab`. Options may stand before the other words and behind them.
local read = require "help.options"
local subcommands = require "help.subcommands"

local any, whole = read.any, read.whole

local options = {}

local FORMATS = { gradescope = true, junit = true, tap = true, json = true, exercism = true, classroom = true,
  csv = true }

local function format(text)
  if FORMATS[text] then return text end
  return nil, "gradescope, junit, tap, json, csv, exercism or classroom"
end

local PACK = { "--pack", value = "DIR", to = "pack", read = any, completes = "file",
  text = "the labs of this directory, instead of those that come along" }
local HELP = { "-h", "--help", to = "help", text = "this text" }
local JSON = { "--json", to = "json", text = "of list and check: for tools" }
local FORCE = { "--force", to = "force", text = "of solution: before the lab is passed" }
local DIFF = { "--diff", to = "diff", text = "of solution: compare your file with it" }
local ALL = { "--all", to = "all", text = "of check: all labs but those that are done and unchanged" }
local DEEP = { "--deep", to = "deep", text = "of check: until no schedule is left; with --all, done labs too" }
local SEED = { "--seed", value = "N", to = "seed", read = whole(0, "the same seed gives the same search"),
  text = "of check and grade: of the search (1)" }
local EDITOR = { "--editor", value = "CMD", to = "editor", read = any, text = "of start: open the file with CMD" }
local HTML = { "--html", value = "DIR", to = "html", read = any, completes = "file",
  text = "check all labs, and write a page for each into DIR" }
local FORMAT = { "--format", value = "NAME", to = "format", read = format,
  text = "of grade: gradescope, junit, tap, json, csv, exercism or classroom (json)" }
local OUTPUT = { "-o", value = "FILE", to = "file", read = any, completes = "file",
  text = "of grade: write there; a folder for several students of a format that has one file for each" }
local JOBS = { "--jobs", value = "N", to = "jobs", read = whole(1, "submissions that are graded at a time"),
  text = "of grade: so many submissions at a time (one a CPU)" }
local LAB = { "--lab", value = "NAME", to = "labs", many = true, read = any,
  text = "of grade: this lab alone; can be given again" }

-- Each: its name, what stands behind, how many words at least and at most, what it does, and its options.
local SUBCOMMANDS = {
  { name = "list", words = "", least = 0, most = 0, text = "number, name, state, and what is learnt", JSON, PACK },
  { name = "start", words = "[NAME]", least = 0, most = 1, text = "the lab's story, and its file", EDITOR, PACK },
  { name = "check", words = "[NAME]", least = 0, most = 1, text = "check the lab's file, or the next open lab's",
    ALL, DEEP, SEED, JSON, PACK },
  { name = "watch", words = "[NAME]", least = 0, most = 1, text = "check at each save", PACK },
  { name = "hint", words = "[NAME] [N]", least = 0, most = 2, text = "one hint more, or the first N", PACK },
  { name = "step", words = "[NAME]", least = 0, most = 1, text = "the failing schedule, one key a task", PACK },
  { name = "reset", words = "NAME", least = 1, most = 1, text = "the starter again; your file stays as NAME.lua.bak",
    PACK },
  { name = "solution", words = "NAME", least = 1, most = 1, text = "the solutions, once the lab is passed",
    FORCE, DIFF, PACK },
  { name = "grade", words = "DIR", least = 1, most = 1, text = "grade a submission, or a folder with one a student",
    FORMAT, OUTPUT, JOBS, LAB, SEED, PACK },
  { name = "new", words = "PACK/NAME", least = 1, most = 1, text = "a lab of your own, from a template" },
  { name = "dev", words = "check [PACK]", least = 1, most = 2,
    text = "does each lab reject its starter and wrong answers, and pass its solutions?", LAB, PACK },
}

local COMMAND = {
  name = "lab",
  brief = "learn concurrency: labs, checked under all schedules",
  text = "A lab is a file with a hole. What is written there is checked under many schedules, and where one fails, it "
    .. "is told. Alone, it begins: it puts the labs into ./labs, and afterwards watches the first one that is open.",
  synopsis = { "[--pack DIR]", "--html DIR", "SUBCOMMAND [words] [options]" },
  arguments = { "subcommand", "lab" },
  subcommands = SUBCOMMANDS,
  alone = { HTML, PACK },
  options = { PACK, HTML, ALL, DEEP, SEED, JSON, EDITOR, FORCE, DIFF, FORMAT, OUTPUT, JOBS, LAB, HELP },
  after = "NAME is a lab's name, its beginning, or its number. What is done is kept in labs/.tidelock-lab.",
  status = "0 passed, 1 rejected or refused, 2 the file does not load or wrong use, 4 not all schedules within the "
    .. "limit and none failed; of --all the first of 2, 1, 4 that came. Of grade: 0 where all was graded.",
}

local function finish(found)
  if found.all and found.words[1] then read.refuse("lab check: '%s' or --all: choose one", found.words[1]) end
end

--- Reads the words behind `lab`: { subcommand, words, and what the options say }; or nil and the text for the user.
options.lab = subcommands.reader(COMMAND, finish)

options.commands = { lab = COMMAND }

return options
