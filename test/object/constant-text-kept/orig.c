/* Texts of a constant that is copied belong to the livepatch, and the kernel may keep the address of one. */
struct device { const char *name; };
extern int _printk(const char *format, ...);
#ifdef PATCHED
#define TEXT(name) name " now"
#else
#define TEXT(name) name
#endif
static const char *const stored[] = {"a", "b", TEXT("c")};
void store(struct device *device, int x) { device->name = stored[x]; }
static const char *const returned[] = {"d", "e", TEXT("f")};
const char *give(int x) { return returned[x]; }
static const char *const printed[] = {"g", "h", TEXT("i")};
void print(int x) { _printk("%s", printed[x]); }
