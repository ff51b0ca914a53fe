#define NUMBER 1234
extern void __might_sleep(const char *file, int line), __cant_sleep(const char *file, int line, int offset);
extern void unknown(const char *file, int line);
extern int counter;
void __attribute__((noipa)) __might_resched(const char *file, int line, int offset) { counter += line + offset; }
void other_argument(void) { __cant_sleep("f.c", 12, NUMBER); counter++; }
void unknown_function(void) { unknown("f.c", NUMBER); counter++; }
void own_function(void) { __might_resched("f.c", NUMBER, 0); counter++; }
void stored(void) { asm volatile("mov %0, %%esi; mov %%esi, counter(%%rip); mov $0, %%edi; call __might_sleep" : : "i"(NUMBER)); }
void through_pointer(void (*f)(const char *, int)) { f("f.c", NUMBER); counter++; }
void tested(void) { asm volatile("mov %0, %%esi; test %%esi, %%eax; call __might_sleep" : : "i"(NUMBER)); }
void second_is_no_line(void) { asm volatile("mov %0, %%edi; call __might_sleep" : : "i"(NUMBER)); }
void value_after_a_jump(void) { asm volatile("mov %0, %%esi; jne 1f; call __might_sleep; 1:" : : "i"(NUMBER)); }
void really_a_line(void) { asm volatile("mov %0, %%esi; mov $7, %%edi; call __might_sleep" : : "i"(NUMBER)); }
