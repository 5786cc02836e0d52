--- First: the table that the families share; each fills in its part of it.
local engine = ...

engine.LIMIT = 64 -- steps of a loop in a call
engine.MANY = 1024 -- items of a request that asks for several

engine.ops = {} -- numbered: [op] = { kinds, run }
engine.unnumbered = {} -- [op] = function(me, ...) -> status, fields
engine.looks = {} -- of these, those that change nothing
engine.kinds = {} -- see object
engine.died = {} -- see hold
engine.chores = {} -- see chore
engine.undo = {} -- see cancel
engine.late = {} -- [op](me, o): what a request comes to that is not done, since it came too late
engine.anyway = {} -- [op] = true: what gives back is done also where it comes too late, or is called off
engine.holders = {} -- see cycle
engine.ready = {} -- see watch
engine.receivable = {} -- see watch
engine.go_on = {} -- see nested

--- An operation of objects of these kinds (a text of words; nil: of none).  run(me, o, ...) -> status, list of fields
-- (or their text).  `me`: session, task, seq; place (of its slot); who (the owner of what is acquired); op;
-- good_until (ms; nil: for ever).
function engine.define(op, kinds, run)
  local set
  if kinds then
    set = {}
    for kind in kinds:gmatch "%S+" do set[kind] = true end
  end
  engine.ops[op] = { kinds = set, run = run }
end
