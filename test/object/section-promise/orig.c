#ifndef IN
#define IN(before, after) before
#endif
#define SEC(name) __attribute__((section(name)))
extern int use(const void *);
int decrypted IN(, SEC(".data..decrypted")) = 1;
int not_saved IN(SEC(".data..nosave"), ) = 1;
int mostly IN(, SEC(".data..read_mostly")) = 1;
int cached IN(SEC(".data..read_mostly"), SEC(".data..cacheline_aligned")) = 1;
int unknown IN(, SEC("shared_by_all")) = 1;
int cpu SEC(IN(".data..percpu", ".data..percpu..decrypted")) = 1;
int cpu_mostly SEC(IN(".data..percpu", ".data..percpu..read_mostly")) = 1;
