-- says: "main came before"
local ipc = require "tidelock"

local ready = { ann = ipc.semaphore(0), bob = ipc.semaphore(0) }

local function cook(me, other, serve_starter, serve_main)
  ready[me]:release()
  serve_starter()
  ready[other]:acquire()
  serve_main()
end

return { cook = cook }
