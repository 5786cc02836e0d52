/*
 * Board: what the world of a lab (judge/world.lua) has of C, in the program
 * that is explored: `local board = ...` there.
 *
 * Its numbers and texts lie in memory that all tasks of a schedule share, and
 * are no objects of the runtime: looking at them is no scheduling point.  Two
 * tasks never run at the same time in an exploration, so what the world does
 * between two steps is one piece: it needs no lock, and adds no schedule.
 *
 *   board.begin(limits)       in each schedule, before anything else; limits:
 *                             memory (bytes a task), instructions (between two
 *                             steps), lab (the file whose lines are nobody's)
 *   board.get(i), board.set(i, n), board.add(i, d)   numbers, all 0 at first
 *   board.text(i), board.write(i, text)              texts of at most 63 bytes
 *   board.opaque(index, newindex, tostring)    a value that nobody can look
 *                             into: the first function is its __index
 *   board.step(value, text, writes)   the scheduling point of a thing of the
 *                             lab, on an ipc.value; `text` stands in the table
 *   board.told(text)          what came of that step
 *   board.say(text)           a line of the story, at that step
 *   board.died(path)          whether the task of that path was killed
 *   board.events()            how many there were
 *   board.waited(path, n)     from which event on, behind the n-th, the task of
 *                             that path could never go on; 0: it can
 *   board.last()              the kind of what this task's last step was about
 *   board.polls()             the path of a task that looks again and again
 *                             though nothing has changed; nil
 *   board.append(i, text), board.entries(i)    list i of texts
 *   board.stuck(text)         what is said if all wait for ever from here on
 *   board.finish(text)        the schedule fails here, and the caller with it
 *   board.notice(text), board.label(text, came)    for the explorer
 *   board.read(path)          the whole file | nil, why; no scheduling point
 *   board.path()              of this task: a number that no other task has
 *
 * The places that events have are those of the innermost function that is
 * neither the program's own nor of the lab's file.
 */
#ifndef BOARD_H
#define BOARD_H

#include <lua.h>

int board_open_library(lua_State *L);

#endif
