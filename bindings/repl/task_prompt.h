/*
 * Task prompt: what ipc.repl() does in the program: the task that has called it
 * reads Lua from the terminal until Ctrl-D, and then goes on.  The others go on
 * meanwhile, but for a simulation, where all stand still.
 *
 * While one task is at the prompt, others that want it wait.
 *
 * Limits: what others write meanwhile stands between what is typed; Ctrl-C ends
 * the program, as ever in a script.
 */
#ifndef TASK_PROMPT_H
#define TASK_PROMPT_H

/* From now on ipc.repl() is served. */
void task_prompt_allow(void);

#endif
