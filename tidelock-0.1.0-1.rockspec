rockspec_format = "3.0"
package = "tidelock"
version = "0.1.0-1"
-- for `luarocks make` in the sources, which fetches nothing
source = {
   url = "git+file://.",
}
description = {
   summary = "Processes, queues, pipes and locks for Lua scripts",
   detailed = [[
      A C core puts processes, queues, pipes, locks, events, semaphores and
      barriers into shared memory; scripts use them in a few lines.  A task
      may be killed at any moment: the others notice, mend what it left
      half-done, and go on.]],
   license = "MIT",
   labels = { "concurrency", "ipc", "multiprocessing", "linux" },
}
supported_platforms = { "linux" }
dependencies = {
   "lua >= 5.3, < 5.5",
}
external_dependencies = {
   SODIUM = { header = "sodium.h", library = "sodium" },
}
test_dependencies = {
   "busted", "lua-cjson", "luv",
}
test = {
   type = "command",
   command = "make test",
}
build = {
   type = "make",
   build_target = "module",
   install_target = "install-module",
   build_variables = {
      LUA_INCLUDE = "$(LUA_INCDIR)",
      CFLAGS = "$(CFLAGS) -I$(SODIUM_INCDIR)",
      LDFLAGS = "-L$(SODIUM_LIBDIR)",
      REMOTE = "auto",
   },
   install_variables = {
      LUA_INCLUDE = "$(LUA_INCDIR)",
      LIBDIR = "$(LIBDIR)",
      REMOTE = "auto",
   },
}
