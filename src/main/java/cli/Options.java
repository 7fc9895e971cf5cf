package cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * Declares what a command line may hold. Each declaration supplies its value when the program runs.
 *
 * <p>This is picocli's programmatic model: reading annotations would make a run that takes a tenth
 * of a second half as long again.
 */
public final class Options {
  private final CommandSpec spec;

  /** Declares {@code --help} and {@code --version}, which picocli itself obeys. */
  Options(CommandSpec spec) {
    this.spec = spec;
    add("Show this help and exit.", OptionSpec.builder("-h", "--help").usageHelp(true));
    add("Show the version and exit.", OptionSpec.builder("-V", "--version").versionHelp(true));
  }

  /**
   * An option that is given or not.
   *
   * @param description for {@code --help}
   * @param names the option's names
   * @return whether it was given
   */
  public Supplier<Boolean> flag(String description, String... names) {
    return add(description, OptionSpec.builder(names).type(boolean.class).defaultValue("false"));
  }

  /**
   * An option with a text.
   *
   * @param label what the text is, for {@code --help}
   * @param preset the value where the option is not given
   * @param description for {@code --help}
   * @param names the option's names
   * @return the text
   */
  public Supplier<String> text(String label, String preset, String description, String... names) {
    return add(description, option(label, preset, names));
  }

  /**
   * An option with one of an enum's constants, in lower or upper case.
   *
   * @param <E> the enum
   * @param label what is chosen, for {@code --help}
   * @param preset the value where the option is not given
   * @param description for {@code --help}
   * @param names the option's names
   * @return the constant
   */
  public <E extends Enum<E>> Supplier<E> choice(
      String label, E preset, String description, String... names) {
    Class<E> type = preset.getDeclaringClass();
    ITypeConverter<E> converter = text -> constant(text, type);
    return add(description, option(label, preset.name(), names).type(type).converters(converter));
  }

  /**
   * An option with a length of time.
   *
   * @param preset the value in seconds where the option is not given
   * @param description for {@code --help}
   * @param names the option's names
   * @return the time, in whole milliseconds
   */
  public Supplier<Duration> seconds(String preset, String description, String... names) {
    return add(
        description,
        option("SECONDS", preset, names).type(Duration.class).converters(new Seconds()));
  }

  /**
   * An option with a positive number, by default as large as an int can be.
   *
   * @param description for {@code --help}
   * @param names the option's names
   * @return the number
   */
  public Supplier<Integer> limit(String description, String... names) {
    int most = Integer.MAX_VALUE;
    ITypeConverter<Integer> converter = text -> inRange(text, "positive number", 1, most);
    return add(
        description,
        option("N", String.valueOf(most), names).type(int.class).converters(converter));
  }

  /**
   * A parameter that has to be given; those declared later come later on the command line.
   *
   * @param label what it is, for {@code --help}
   * @param description for {@code --help}
   * @return its text
   */
  public Supplier<String> parameter(String label, String description) {
    return add(description, PositionalParamSpec.builder().paramLabel(label));
  }

  /**
   * A parameter PORT that has to be given.
   *
   * @param lowest 0 where the system may choose a port, otherwise 1; asked for when the parameters
   *     before this one have their values
   * @param description for {@code --help}
   * @return the port
   */
  public Supplier<Integer> port(IntSupplier lowest, String description) {
    ITypeConverter<Integer> converter =
        text -> inRange(text, "port number", lowest.getAsInt(), 65535);
    return add(
        description,
        PositionalParamSpec.builder().paramLabel("PORT").type(int.class).converters(converter));
  }

  private static OptionSpec.Builder option(String label, String preset, String... names) {
    return OptionSpec.builder(names).paramLabel(label).type(String.class).defaultValue(preset);
  }

  private <T> Supplier<T> add(String description, OptionSpec.Builder builder) {
    OptionSpec option = builder.description(description).build();
    spec.addOption(option);
    return value(option);
  }

  private <T> Supplier<T> add(String description, PositionalParamSpec.Builder builder) {
    PositionalParamSpec parameter = builder.description(description).required(true).build();
    spec.addPositional(parameter);
    return value(parameter);
  }

  private static <T> Supplier<T> value(ArgSpec declared) {
    return declared::getValue;
  }

  private static <E extends Enum<E>> E constant(String text, Class<E> type) {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text)) {
        return constant;
      }
      names.add(constant.name().toLowerCase(Locale.ROOT));
    }
    throw new TypeConversionException("'" + text + "' is not one of " + String.join(", ", names));
  }

  private static int inRange(String text, String what, int lowest, int highest) {
    try {
      int number = Integer.parseInt(text);
      if (number >= lowest && number <= highest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Not a number: said below.
    }
    throw new TypeConversionException(
        "'" + text + "' is not a " + what + " (" + lowest + "-" + highest + ")");
  }
}
