/*
 * One CPU: what runs one task at a time is faster where that stays.
 */
#ifndef ONE_CPU_H
#define ONE_CPU_H

/* Keeps this process, and what it will fork, to one of the CPUs that it may
 * use: that of its number, round and round. */
void one_cpu_keep(int number);

#endif
