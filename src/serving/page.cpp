#include "serving/page.h"

// The assembler copies the file; CMakeLists.txt names the folder and watches it.
asm(R"(
  .pushsection .rodata
kennel_serving_page:
  .incbin "page.html"
kennel_serving_page_end:
  .popsection
)");

extern "C" {
extern const char kennel_serving_page[], kennel_serving_page_end[];
}

namespace kennel::serving {

std::string_view page() { return {kennel_serving_page, kennel_serving_page_end}; }

}  // namespace kennel::serving
