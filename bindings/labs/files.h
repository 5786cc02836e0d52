/*
 * Files: what the labs need of folders: make one, what is in it, what a file
 * is, and whether something in a folder has changed.  `require "labs.files"`.
 *
 * make(path)    true, also where it is there; nil and why
 * list(path)    the names in it, sorted; nil and why
 * stat(path)    { kind = "file", "folder" or "other", size =, changed =
 *               (seconds), number = (of the inode) }; nil and why
 * real(path)    the whole path, without links; nil and why
 * watch(path)   a watcher of a folder; nil and why
 *   watcher:changed()   whether something there has changed since the last
 *                       call; never waits
 *   watcher:close()
 * sleep(seconds)      false: a signal came
 */
#ifndef FILES_H
#define FILES_H

#include <lua.h>

int files_open_library(lua_State *L);

#endif
