#include "report/assets.h"

// The assembler copies the files between two symbols; CMakeLists.txt names the folders it looks in
// and watches the files. A C array of the same bytes would take the compiler half a minute.
asm(R"(
  .pushsection .rodata
kennel_report_css:
  .incbin "report.css"
  .incbin "charts.css"
  .incbin "print.css"
kennel_report_css_end:
kennel_tables_js:
  .incbin "tables.js"
kennel_tables_js_end:
kennel_charts_js:
  .incbin "charts.js"
  .incbin "lines_and_bars.js"
  .incbin "confusion.js"
  .incbin "confusion_controls.js"
  .incbin "search.js"
kennel_charts_js_end:
kennel_echarts_js:
  .incbin "echarts.min.js"
kennel_echarts_js_end:
  .popsection
)");

extern "C" {
extern const char kennel_report_css[], kennel_report_css_end[];
extern const char kennel_tables_js[], kennel_tables_js_end[];
extern const char kennel_charts_js[], kennel_charts_js_end[];
extern const char kennel_echarts_js[], kennel_echarts_js_end[];
}

namespace kennel::report {

std::string_view style_sheet() { return {kennel_report_css, kennel_report_css_end}; }
std::string_view table_script() { return {kennel_tables_js, kennel_tables_js_end}; }
std::string_view chart_script() { return {kennel_charts_js, kennel_charts_js_end}; }
std::string_view echarts() { return {kennel_echarts_js, kennel_echarts_js_end}; }

}  // namespace kennel::report
