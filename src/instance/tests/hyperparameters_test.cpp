#include "instance/hyperparameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kennel::instance {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

bool all_here(const std::string&) { return true; }
bool none_here(const std::string&) { return false; }

JobSettings read(const Hyperparameters& given,
                 const std::function<bool(const std::string&)>& has_weights = all_here) {
  auto settings = read_hyperparameters(given, has_weights);
  EXPECT_TRUE(settings) << (settings ? "" : settings.error().message);
  return settings.value_or(JobSettings{});
}

std::string refusal(const Hyperparameters& given) {
  const auto settings = read_hyperparameters(given, all_here);
  EXPECT_FALSE(settings) << given.begin()->first;
  return settings ? "" : settings.error().message;
}

TEST(Hyperparameters, AreKennelsDefaultsWhereNoneAreGiven) {
  const auto settings = read({});
  EXPECT_EQ(settings.backbone, "efficientnet-lite0");
  EXPECT_EQ(settings.head.epochs, train::HeadOptions{}.epochs);
  EXPECT_EQ(settings.head.optimizer, train::Optimizer::kAdamW);
  EXPECT_THAT(settings.notes, IsEmpty());
}

TEST(Hyperparameters, TakeEveryOptionOfKennelTrain) {
  const auto settings = read({{"epochs", "7"},
                              {"batch_size", "16"},
                              {"learning_rate", "0.01"},
                              {"hidden", "64"},
                              {"optimizer", "sgd"},
                              {"weight_decay", "0"},
                              {"schedule", "constant"},
                              {"label_smoothing", "0.1"},
                              {"dropout", "0.2"},
                              {"patience", "3"},
                              {"seed", "18446744073709551615"},
                              {"backbone", "resnet50"},
                              {"precision", "f32"},
                              {"fraction", "0.5"}});
  EXPECT_EQ(settings.head.epochs, 7);
  EXPECT_EQ(settings.head.batch_size, 16);
  EXPECT_DOUBLE_EQ(settings.head.learning_rate, 0.01);
  EXPECT_EQ(settings.head.hidden, 64);
  EXPECT_EQ(settings.head.optimizer, train::Optimizer::kSgd);
  EXPECT_DOUBLE_EQ(settings.head.weight_decay, 0);
  EXPECT_EQ(settings.head.schedule, train::Schedule::kConstant);
  EXPECT_DOUBLE_EQ(settings.head.label_smoothing, 0.1);
  EXPECT_DOUBLE_EQ(settings.head.dropout, 0.2);
  EXPECT_EQ(settings.head.patience, 3);
  EXPECT_EQ(settings.head.seed, 18446744073709551615U);
  EXPECT_EQ(settings.backbone, "resnet50");
  EXPECT_EQ(settings.precision, "f32");
  EXPECT_DOUBLE_EQ(settings.fraction, 0.5);
}

TEST(Hyperparameters, TakeHyphensForUnderscores) {
  EXPECT_EQ(read({{"batch-size", "8"}}).head.batch_size, 8);
  EXPECT_DOUBLE_EQ(read({{"label-smoothing", "0.3"}}).head.label_smoothing, 0.3);
}

TEST(Hyperparameters, TakeThoseOfSageMaker) {
  const auto settings = read({{"epochs", "30"},
                              {"mini_batch_size", "128"},
                              {"learning_rate", "0.1"},
                              {"num_layers", "18"},
                              {"use_pretrained_model", "1"},
                              {"image_shape", "3,224,224"},
                              {"num_classes", "133"},
                              {"num_training_samples", "6680"},
                              {"optimizer", "sgd"},
                              {"momentum", "0.9"},
                              {"weight_decay", "0.0001"},
                              {"beta_1", "0.5"},
                              {"gamma", "0.3"},
                              {"lr_scheduler_factor", "0.1"},
                              {"multi_label", "0"},
                              {"kv_store", "dist_sync"},
                              {"precision_dtype", "float32"},
                              {"checkpoint_frequency", "2"},
                              {"top_k", "5"},
                              {"use_weighted_loss", "0"}});
  EXPECT_EQ(settings.head.batch_size, 128);
  EXPECT_EQ(settings.head.optimizer, train::Optimizer::kSgd);
  EXPECT_EQ(settings.backbone, "resnet18");
  EXPECT_EQ(settings.precision, "f32");
  EXPECT_EQ(settings.num_classes, 133U);
  EXPECT_EQ(settings.num_training_samples, 6680U);
}

TEST(Hyperparameters, FallBackFromLayersWhoseWeightsAreNotHere) {
  for (const char* layers : {"50", "152"}) {
    const auto settings = read({{"num_layers", layers}}, none_here);
    EXPECT_EQ(settings.backbone, "efficientnet-lite0");
    EXPECT_THAT(settings.notes, ElementsAre(HasSubstr("are not on this machine")));
  }
}

TEST(Hyperparameters, DoNotReplaceABackboneThatWasNamed) {
  EXPECT_EQ(read({{"backbone", "resnet50"}}, none_here).backbone, "resnet50");
}

TEST(Hyperparameters, UnquoteWhatTunersQuote) {
  const auto settings = read({{"optimizer", "\"adam\""}, {"mini_batch_size", "\"64\""}});
  EXPECT_EQ(settings.head.optimizer, train::Optimizer::kAdam);
  EXPECT_EQ(settings.head.batch_size, 64);
}

TEST(Hyperparameters, IgnoreWhatIsForOthers) {
  (void)read({{"_tuning_objective_metric", "validation:accuracy"},
              {"sagemaker_program", "train.py"},
              {"sagemaker_submit_directory", "s3://b/k"}});
}

TEST(Hyperparameters, StopEarlyAsSageMakerSaysIt) {
  EXPECT_EQ(read({{"early_stopping", "true"}}).head.patience, 5);
  EXPECT_EQ(read({{"early_stopping", "1"}, {"early_stopping_patience", "3"}}).head.patience, 3);
  EXPECT_EQ(read({{"early_stopping", "False"}, {"early_stopping_patience", "3"}}).head.patience, 0);
  EXPECT_EQ(read({{"early_stopping", "True"}, {"patience", "5"}}).head.patience, 5);
}

TEST(Hyperparameters, AgreeUnderTwoNames) {
  EXPECT_EQ(read({{"batch_size", "32"}, {"mini_batch_size", "32.0"}}).head.batch_size, 32);
  EXPECT_EQ(read({{"backbone", "resnet18"}, {"num_layers", "18"}}).backbone, "resnet18");
}

TEST(Hyperparameters, RefuseTheSameThingSaidInTwoWays) {
  const std::vector<Hyperparameters> contradictions{
      {{"batch_size", "32"}, {"mini_batch_size", "64"}},
      {{"batch_size", "32"}, {"batch-size", "64"}},
      {{"backbone", "resnet18"}, {"num_layers", "50"}},
      {{"precision", "bf16"}, {"precision_dtype", "float32"}},
      {{"patience", "3"}, {"early_stopping", "0"}},
      {{"patience", "3"}, {"early_stopping", "1"}, {"early_stopping_patience", "4"}}};
  for (const auto& given : contradictions) {
    EXPECT_THAT(refusal(given), HasSubstr("says something else than"));
  }
}

struct Refused {
  std::string name;
  std::string value;
  std::string reason;
};

class RefusedHyperparameter : public testing::TestWithParam<Refused> {};

TEST_P(RefusedHyperparameter, IsNamedWithWhatToDo) {
  const auto& [name, value, reason] = GetParam();
  EXPECT_THAT(refusal({{name, value}}),
              AllOf(HasSubstr("1 hyperparameter cannot be used: " + name + "=" + value),
                    HasSubstr(reason)));
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedHyperparameter,
    testing::Values(
        Refused{"use_pretrained_model", "0", "training from scratch is not available; set it to 1"},
        Refused{"augmentation_type", "crop_color_transform", "leave it out"},
        Refused{"multi_label", "1", "a photo has one class here"},
        Refused{"use_weighted_loss", "1", "every photo counts the same"},
        Refused{"optimizer", "rmsprop", "set it to sgd, adam or adamw"},
        Refused{"optimizer", "nag", "set it to sgd, adam or adamw"},
        Refused{"optimizer", "lion", "it must be one of sgd, adam, adamw"},
        Refused{"num_layers", "20", "18, 34, 50, 101, 152, 200"},
        Refused{"image_shape", "3,28,28", "3,224,224"}, Refused{"resize", "100", "leave it out"},
        Refused{"precision_dtype", "float16", "set precision to bf16"},
        Refused{"precision", "f64", "auto, f32, bf16"}, Refused{"top_k", "3", "set it to 5"},
        Refused{"lr_scheduler_step", "10,20", "set schedule to cosine or constant"},
        Refused{"early_stopping_tolerance", "0.1", "set it to 0"},
        Refused{"kv_store", "local", "dist_sync, dist_async"},
        Refused{"beta_1", "0.8", "always 0.9"}, Refused{"beta_2", "0.9", "always 0.999"},
        Refused{"eps", "0.1", "always 1e-08"}, Refused{"momentum", "-1", "0 or more"},
        Refused{"gamma", "x", "0 or more"}, Refused{"lr_scheduler_factor", "x", "0 or more"},
        Refused{"checkpoint_frequency", "0", "1 to 1000000"}, Refused{"num_classes", "1", "from 2"},
        Refused{"num_training_samples", "0", "at least 1"},
        Refused{"epochs", "many", "whole number"}, Refused{"epochs", "0", "from 1"},
        Refused{"batch_size", "1.5", "whole number"}, Refused{"mini_batch_size", "-1", "from 1"},
        Refused{"learning_rate", "0", "more than 0"}, Refused{"learning_rate", "inf", "a number"},
        Refused{"weight_decay", "-1", "0 or more"}, Refused{"dropout", "1", "below 1"},
        Refused{"label_smoothing", "1", "below 1"}, Refused{"fraction", "0", "above 0"},
        Refused{"hidden", "65537", "1 to 65536"}, Refused{"patience", "-1", "whole number"},
        Refused{"seed", "-1", "at least 0"}, Refused{"schedule", "steps", "constant, cosine"},
        Refused{"backbone", "vgg16", "resnet18"}, Refused{"early_stopping", "maybe", "0 or 1"},
        Refused{"early_stopping_patience", "0", "from 1"},
        Refused{"early_stopping_min_epochs", "x", "whole number"},
        Refused{"learn_rate", "1", "there is no such hyperparameter; there are"}));

TEST(Hyperparameters, RefuseAMomentumThatSgdDoesNotHave) {
  EXPECT_THAT(refusal({{"optimizer", "sgd"}, {"momentum", "0.5"}}), HasSubstr("always 0.9"));
  (void)read({{"optimizer", "adam"}, {"momentum", "0.5"}});
}

TEST(Hyperparameters, RefuseToWaitLongerThanPatience) {
  EXPECT_THAT(refusal({{"early_stopping", "1"}, {"early_stopping_min_epochs", "10"}}),
              HasSubstr("early_stopping_min_epochs=10"));
  (void)read({{"early_stopping_min_epochs", "10"}});
  (void)read({{"early_stopping", "1"}, {"early_stopping_min_epochs", "5"}});
}

TEST(Hyperparameters, TakeStepsThatChangeNothing) {
  (void)read({{"lr_scheduler_step", "10"}, {"lr_scheduler_factor", "1"}});
}

TEST(Hyperparameters, NameAllMistakesAtOnceInOneLine) {
  EXPECT_THAT(
      refusal({{"epochs", "0"}, {"use_pretrained_model", "0"}, {"wings", "2"}}),
      AllOf(HasSubstr("3 hyperparameters cannot be used"), HasSubstr("epochs=0"),
            HasSubstr("use_pretrained_model=0"), HasSubstr("wings=2"), Not(HasSubstr("\n"))));
}

TEST(Hyperparameters, KeepValuesFromBreakingLines) {
  EXPECT_THAT(refusal({{"epochs", "1\n2"}}), Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace kennel::instance
