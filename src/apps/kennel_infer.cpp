// `kennel-infer`: everything that runs a model and trains nothing.
#include "apps/cache.h"
#include "apps/evaluate.h"
#include "apps/program.h"
#include "apps/quantize.h"
#include "apps/serve.h"

namespace kennel::apps {
namespace {

base::Result<int> handle(const Command& command) {
  if (const auto* evaluate = std::get_if<EvaluateCommand>(&command)) return run_evaluate(*evaluate);
  if (const auto* predict = std::get_if<PredictCommand>(&command)) return run_predict(*predict);
  if (const auto* quantize = std::get_if<QuantizeCommand>(&command)) return run_quantize(*quantize);
  if (const auto* serve = std::get_if<ServeCommand>(&command)) return run_serve(*serve);
  if (const auto* list = std::get_if<CacheListCommand>(&command)) return run_cache_list(*list);
  if (const auto* trim = std::get_if<CacheTrimCommand>(&command)) return run_cache_trim(*trim);
  return base::fail(base::ErrorKind::kInvalid,
                    "kennel-infer runs models only; run `kennel` for everything else");
}

}  // namespace
}  // namespace kennel::apps

int main(int argc, char** argv) {
  return kennel::apps::run_program(argc, argv, kennel::apps::handle);
}
